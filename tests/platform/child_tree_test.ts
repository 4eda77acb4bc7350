import assert from "node:assert/strict";
import { ChildTree } from "../../src/platform/child_tree.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { sendSignal } from "../../src/platform/marked_processes.ts";
import { areAlive, areGone } from "./_shell_stage.ts";

/** Starts a shell that leads a group of its own and has a child, and tells the child's number. */
async function group(): Promise<{ readonly leader: Deno.ChildProcess; readonly child: number }> {
  const leader = new Deno.Command("sh", {
    args: ["-c", "sleep 600 & echo $!; exec sleep 600"],
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

Deno.test("ChildTree ends the members of a group, and spares other groups", async () => {
  const [ours, theirs] = await Promise.all([group(), group()]);
  try {
    const tree = new ChildTree();
    await tree.lookGroup(ours.leader.pid);
    assert.equal(tree.isEmpty, false);
    await tree.end();
    await areGone([ours.child]);
    assert.equal((await ours.leader.status).signal, "SIGKILL");
    assert.ok(await areAlive([theirs.leader.pid, theirs.child]));
  } finally {
    for (const { leader } of [ours, theirs]) sendSignal(-leader.pid, "SIGKILL");
    await theirs.leader.status;
  }
});

Deno.test("ChildTree spares a group when no member that it knows is left in it", async () => {
  const leader = new Deno.Command("sh", {
    args: ["-c", "read go; sleep 600 & echo $!"],
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
    detached: true,
  }).spawn();
  try {
    const tree = new ChildTree();
    await tree.lookGroup(leader.pid);
    await leader.stdin.getWriter().close();
    const reader = leader.stdout.getReader();
    const { value } = await reader.read();
    await reader.cancel();
    await leader.status;
    await tree.lookGroup(leader.pid);
    await tree.end();
    // A process that has been killed may be seen for a moment more.
    await systemClock.sleep(50);
    assert.ok(await areAlive([Number(new TextDecoder().decode(value))]));
  } finally {
    sendSignal(-leader.pid, "SIGKILL");
    await leader.status;
  }
});
