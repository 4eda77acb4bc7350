import assert from "node:assert/strict";
import { ChildTree } from "../../src/platform/child_tree.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { sendSignal } from "../../src/platform/marked_processes.ts";
import { processIdentity, processRef } from "../../src/platform/process_identity.ts";
import type { ProcessEntry } from "../../src/platform/process_table.ts";
import { shellGroup } from "./_shell_group.ts";
import { areAlive, areGone } from "./_shell_stage.ts";

const SLEEPS = "exec sleep 600";

Deno.test("ChildTree ends the members of a group, and spares other groups", async () => {
  const [ours, theirs] = await Promise.all([shellGroup(SLEEPS), shellGroup(SLEEPS)]);
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

Deno.test("ChildTree notes nothing of a process that has only the number of the one looked for", async () => {
  const stranger = await shellGroup(SLEEPS);
  try {
    const { pid } = stranger.leader;
    for (const identity of ["started at another time", null]) {
      const tree = new ChildTree();
      await tree.look({ pid, identity });
      assert.equal(tree.isEmpty, true);
    }
    const tree = new ChildTree();
    await tree.look(await processRef(pid));
    assert.equal(tree.isEmpty, false);
  } finally {
    sendSignal(-stranger.leader.pid, "SIGKILL");
    await stranger.leader.status;
  }
});

Deno.test("ChildTree forgets what has ended", async () => {
  const { leader, child } = await shellGroup(SLEEPS);
  try {
    const tree = new ChildTree();
    const root = await processRef(leader.pid);
    await tree.look(root);
    assert.equal(tree.isEmpty, false);
    sendSignal(child, "SIGKILL");
    await areGone([child]);
    await tree.look(root);
    assert.equal(tree.isEmpty, true);
  } finally {
    sendSignal(-leader.pid, "SIGKILL");
    await leader.status;
  }
});

/** No process has a number as high as this or higher. */
const NOBODY = 2 ** 22 + 1;
const PARENT = { pid: NOBODY, identity: "the parent" };

/** A table that tells of a parent and its child; of the latter, what is given. */
function tellsOf(pid: number, identity: string | undefined): readonly ProcessEntry[] {
  const same = { parent: PARENT.pid, group: PARENT.pid };
  return [{ ...PARENT, ...same, parent: 1 }, { ...same, pid, identity }];
}

Deno.test("ChildTree notes a child anew that has the number of one that has ended", async () => {
  const { leader } = await shellGroup(SLEEPS);
  try {
    const identity = await processIdentity(leader.pid);
    const tables = [tellsOf(leader.pid, "an earlier one"), tellsOf(leader.pid, identity)];
    const tree = new ChildTree(() =>
      Promise.resolve(tables.shift() ?? tellsOf(leader.pid, identity))
    );
    await tree.look(PARENT);
    await tree.look(PARENT);
    await tree.end();
    assert.equal((await leader.status).signal, "SIGKILL");
  } finally {
    sendSignal(-leader.pid, "SIGKILL");
    await leader.status;
  }
});

Deno.test("ChildTree takes one look at the system to end what it has noted", async () => {
  const { leader } = await shellGroup(SLEEPS);
  try {
    const identity = await processIdentity(leader.pid);
    let looks = 0;
    const others = [1, 2, 3].flatMap((n) => tellsOf(NOBODY + n, "it has ended").slice(1));
    const tree = new ChildTree(() => {
      const table = tellsOf(leader.pid, identity);
      return Promise.resolve(looks++ === 0 ? [...table, ...others] : table);
    });
    await tree.look(PARENT);
    await tree.end();
    assert.equal(looks, 2);
    assert.equal((await leader.status).signal, "SIGKILL");
  } finally {
    sendSignal(-leader.pid, "SIGKILL");
    await leader.status;
  }
});

Deno.test("ChildTree kills nothing when the system does not tell whose numbers they are", async () => {
  const { leader, child } = await shellGroup(SLEEPS);
  try {
    const tables = [tellsOf(leader.pid, await processIdentity(leader.pid))];
    const tree = new ChildTree(() => Promise.resolve(tables.shift() ?? []));
    await tree.look(PARENT);
    assert.equal(tree.isEmpty, false);
    await tree.end();
    assert.equal(tree.isEmpty, true);
    assert.ok(await areAlive([leader.pid, child]));
  } finally {
    sendSignal(-leader.pid, "SIGKILL");
    await leader.status;
  }
});
