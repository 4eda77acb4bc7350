import assert from "node:assert/strict";
import { childEnd } from "../../src/platform/child_end.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { HeldGroups } from "../../src/platform/held_groups.ts";
import { sendSignal } from "../../src/platform/marked_processes.ts";
import { areAlive, areGone } from "./_shell_stage.ts";

/** Starts a shell that leads a group of its own and has a child, and tells the child's number. */
async function group(
  script: string,
): Promise<{ readonly leader: Deno.ChildProcess; readonly child: number }> {
  const leader = new Deno.Command("sh", {
    args: ["-c", `sleep 600 & echo $!; ${script}`],
    stdin: "null",
    stdout: "piped",
    stderr: "null",
    detached: true,
  }).spawn();
  const reader = leader.stdout.getReader();
  const { value } = await reader.read();
  await reader.cancel();
  return { leader, child: Number(new TextDecoder().decode(value)) };
}

Deno.test("groups that are held are killed, with all that is in them", async () => {
  const { leader, child } = await group("trap '' TERM; wait");
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
  const { leader, child } = await group("exit");
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
