import assert from "node:assert/strict";
import type { Run } from "../build/_run.ts";
import { type Seen, Stage } from "../build/_stage.ts";
import { checkLog, checkStore } from "./_log.ts";

/** Far more than a run needs, and far less than what a flood would need that is kept as a whole. */
const MOST_MEMORY = 400 * 2 ** 20;

/** So much of an iteration's output is kept, in characters, with some room for what is around it. */
const MOST_KEPT = 2.2 * 2 ** 20;

/** The most memory that a process has had so far, in bytes. */
function peakOf(pid: number): number {
  try {
    const status = Deno.readTextFileSync(`/proc/${pid}/status`);
    return Number(/^VmHWM:\s*(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

/** How much of the agent's output an iteration has left in the log. */
function keptOf({ events }: Seen, iteration: number): number {
  return events.filter((event) => event.iteration === iteration && event.type.startsWith("agent."))
    .reduce((sum, { data }) => sum + JSON.stringify(data).length, 0);
}

/** Runs to the end, looking at the memory all the time. @returns the most that there was. */
async function watched(stage: Stage, run: Run): Promise<number> {
  let peak = 0;
  const timer = setInterval(() => {
    peak = Math.max(peak, peakOf(run.pid));
  }, 20);
  try {
    const { code, stdout } = await stage.ended(run);
    assert.equal(code, 0, stdout.slice(-2000));
  } finally {
    clearInterval(timer);
  }
  return peak;
}

for (const scenario of ["flood updates=100000 times=1", "big-frame mib=12 times=1"]) {
  Deno.test(`a run takes ${scenario} with little memory and a short log`, async () => {
    await using stage = await Stage.make();
    await using run = await stage.start(`${scenario} tasks=2`);
    const peak = await watched(stage, run);
    assert.ok(peak > 0 && peak < MOST_MEMORY, `${Math.round(peak / 2 ** 20)} MiB`);
    const seen = await stage.session();
    checkLog(seen);
    const kept = keptOf(seen, 1);
    assert.ok(kept > 1000 && kept < MOST_KEPT, `${kept} characters are kept`);
    await checkStore(stage);
  });
}
