import assert from "node:assert/strict";
import { processIdentity } from "../../src/platform/process_identity.ts";
import { entriesOfPs, processTable } from "../../src/platform/process_table.ts";

Deno.test("the table of processes tells of each the parent, and the same start as for it alone", async () => {
  const child = new Deno.Command("sleep", {
    args: ["600"],
    stdin: "null",
    stdout: "null",
    detached: true,
  }).spawn();
  try {
    const { pid } = child;
    const identity = await processIdentity(pid);
    assert.notEqual(identity, undefined);
    const entry = (await processTable()).find((each) => each.pid === pid);
    assert.deepEqual(entry, { pid, parent: Deno.pid, group: pid, identity });
  } finally {
    child.kill("SIGKILL");
    await child.status;
  }
});

Deno.test("a line of ps is a process, and a zombie has no start", () => {
  const text = "    1     0     1 Ss   Tue Nov  3 09:15:02 2026    \n" +
    "  812   400   812 Z    Fri Nov 20 11:34:37 2026    \n" +
    "99999   812   400 R+   Fri Nov 20 11:34:38 2026\n\n";
  assert.deepEqual(entriesOfPs(text), [
    { pid: 1, parent: 0, group: 1, identity: "Tue Nov  3 09:15:02 2026" },
    { pid: 812, parent: 400, group: 812, identity: undefined },
    { pid: 99999, parent: 812, group: 400, identity: "Fri Nov 20 11:34:38 2026" },
  ]);
});
