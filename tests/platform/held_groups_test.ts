import assert from "node:assert/strict";
import { childEnd } from "../../src/platform/child_end.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { HeldGroups } from "../../src/platform/held_groups.ts";
import { sendSignal } from "../../src/platform/marked_processes.ts";
import { shellGroup } from "./_shell_group.ts";
import { areAlive, areGone } from "./_shell_stage.ts";

Deno.test("groups that are held are killed, with all that is in them", async () => {
  const { leader, child } = await shellGroup("trap '' TERM; wait");
  try {
    const groups = new HeldGroups();
    const end = childEnd(leader);
    groups.hold(leader.pid, end);
    groups.kill();
    assert.equal((await end).signal, "SIGKILL");
    await areGone([child]);
  } finally {
    sendSignal(-leader.pid, "SIGKILL");
  }
});

Deno.test("a group whose leader has ended is held no longer, as its number may be a stranger's", async () => {
  const { leader, child } = await shellGroup("exit");
  try {
    const groups = new HeldGroups();
    const end = childEnd(leader);
    groups.hold(leader.pid, end);
    await end;
    groups.kill();
    // A process that has been killed may be seen for a moment more.
    await systemClock.sleep(50);
    assert.ok(await areAlive([child]));
  } finally {
    sendSignal(-leader.pid, "SIGKILL");
  }
});
