import assert from "node:assert/strict";
import { treeMemory } from "../../src/platform/memory.ts";
import { isLinux } from "../support/bound.ts";
import { shellGroup } from "./_shell_group.ts";

Deno.test({
  name: "the memory of a process is its own and its children's, in bytes whatever a page is",
  ignore: !isLinux("the memory of a process to the byte"),
  fn: async () => {
    // Both sleep, so that neither's memory changes.
    const { leader: child, child: sleeper } = await shellGroup("wait");
    try {
      await asleep(child.pid, "sh");
      await asleep(sleeper, "sleep");
      const kibibytes = resident(child.pid) + resident(sleeper);
      assert.ok(kibibytes > 0);
      assert.equal(await treeMemory(child.pid), kibibytes * 1_024);
    } finally {
      Deno.kill(-child.pid, "SIGKILL");
      await child.status;
    }
    assert.equal(await treeMemory(child.pid), 0);
  },
});

function status(pid: number, field: string): string {
  const text = Deno.readTextFileSync(`/proc/${pid}/status`);
  return new RegExp(`^${field}:\\s*(\\S+)`, "m").exec(text)?.[1] ?? "";
}

function resident(pid: number): number {
  return Number(status(pid, "VmRSS"));
}

/** Waits until a process has become what it is to be, and sleeps. */
async function asleep(pid: number, name: string): Promise<void> {
  for (let tries = 0; status(pid, "Name") !== name || status(pid, "State") !== "S"; tries++) {
    assert.ok(tries < 1_000, `${name} does not sleep`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
