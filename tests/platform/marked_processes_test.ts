import assert from "node:assert/strict";
import {
  endMarkedProcesses,
  markedProcesses,
  RUN_MARK,
} from "../../src/platform/marked_processes.ts";
import { sendSignal } from "../../src/platform/marked_processes.ts";
import { isLinux } from "../support/bound.ts";

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

Deno.test({
  name: "the processes of a run are found and ended, also in sessions of their own",
  ignore: !isLinux("processes in sessions of their own"),
  fn: async () => {
    const run = crypto.randomUUID();
    const child = new Deno.Command("sh", {
      args: ["-c", "setsid sleep 600 & (sleep 600 &) ; echo ready; trap '' TERM; wait; sleep 600"],
      env: { [RUN_MARK]: run },
      stdout: "piped",
      stderr: "null",
    }).spawn();
    try {
      const reader = child.stdout.getReader();
      await reader.read();
      await reader.cancel();
      const pids = markedProcesses(run);
      assert.ok(pids.includes(child.pid) && pids.length >= 3, `${pids}`);
      assert.deepEqual(markedProcesses(`${run}x`), []);
      assert.deepEqual(markedProcesses(run.slice(0, -1)), []);
    } finally {
      await endMarkedProcesses(run, wait);
    }
    assert.deepEqual(markedProcesses(run), []);
    assert.equal((await child.status).signal, "SIGKILL");
  },
});

Deno.test("a signal to a process that is gone is no error", async () => {
  const child = new Deno.Command("true").spawn();
  await child.status;
  sendSignal(child.pid, "SIGTERM");
});
