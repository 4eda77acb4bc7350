/*
 * deno run -A _killed.ts DATA_DIR reset|delete|sweep COMMIT
 *
 * Begins to end the epoch of session `s`, or to sweep, and stands still before a commit, whose number
 * it prints, so that it can be killed there.
 */
import { writeAllSync } from "../../src/platform/write.ts";
import { deleteSession, resetSession } from "../../src/store/epoch.ts";
import { openStore } from "../../src/store/open.ts";
import { sweep } from "../../src/store/sweep.ts";
import { beforeCommit } from "../support/hooked_store.ts";

const [directory, what, at] = Deno.args;
if (directory === undefined) Deno.exit(2);
await using store = await openStore({ directory, create: false });
const hooked = beforeCommit(store, async (commit) => {
  if (commit < Number(at)) return;
  writeAllSync(Deno.stdout, `commit ${commit}\n`);
  for await (const _chunk of Deno.stdin.readable);
});
switch (what) {
  case "reset":
    await resetSession(hooked, "s");
    break;
  case "delete":
    await deleteSession(hooked, "s");
    break;
  case "sweep":
    await sweep(hooked);
}
