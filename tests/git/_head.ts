import assert from "node:assert/strict";
import { headCommit as tried } from "../../src/git/history.ts";

/** The commit that HEAD is at, of a repository in which git works. */
export async function headCommit(path: string): Promise<string> {
  const head = await tried(path);
  assert.ok(head !== undefined, `git cannot tell where HEAD is in ${path}`);
  return head;
}
