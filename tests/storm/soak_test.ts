import assert from "node:assert/strict";
import { openTasks } from "../../src/session/state.ts";
import { isObject } from "../build/_json.ts";
import { type Seen, Stage } from "../build/_stage.ts";
import { together } from "../build/_together.ts";
import { checkLog, checkStore, endingsOf } from "./_log.ts";
import { newSeed, pick, randomFrom } from "./_random.ts";

const PLACES = 4;
const RUNS = 50;
const STALL = 3;

/** What an agent does at some of the prompts; at the others it does honest work. */
const FAULTS = [
  "works",
  "empty",
  "talks",
  "asks",
  "toggles",
  "edits",
  "notes-only",
  "crash",
  "crash at=mid",
  "errors",
] as const;

interface Attempt {
  readonly session: string;
  readonly scenario: string;
  readonly limit: number;
}

/** A run with a fault at random prompts, in a session that may have been finished already. */
function attempt(stage: Stage, random: () => number): Attempt {
  const up = (most: number): number => 1 + Math.floor(random() * most);
  const fault = pick(FAULTS, random);
  const when = fault === "works" ? "" : ` from=${up(3)} times=${up(4) - 1}`;
  // Counting goes on over the runs that have the same fault, and over an agent that is started anew.
  const count = random() < 0.5 && fault !== "works"
    ? ` count=${stage.join(fault.replaceAll(" ", "-"))}`
    : "";
  const work = `tasks=${up(3)} per-turn=${up(3)} declare=${up(2) - 1}`;
  return {
    session: `S${up(2)}`,
    scenario: `${fault}${when}${count} ${work}`,
    limit: up(6),
  };
}

/** Whether what is in the store justifies the ending of the last run. */
function checkReason({ head, events, iterations }: Seen, limit: number): void {
  const last = events.findLast(({ type }) => type === "run.ended");
  assert.ok(last !== undefined && isObject(last.data));
  const of = iterations.filter(({ run }) => run === last.run);
  // One that failed is not counted (loop/drive.ts), although it was begun.
  const uncounted = of.filter(({ outcome }) => outcome === "failed").length;
  assert.ok(Number(last.data["iterations"]) >= of.length - uncounted);
  assert.ok(of.length <= limit, `${of.length} iterations`);
  const outcomes = of.map(({ outcome }) => outcome);
  switch (last.data["reason"]) {
    case "complete":
      assert.ok(head.complete && head.tasks > 0);
      return assert.equal(openTasks(head), 0);
    case "iterations":
      assert.equal(of.length, limit);
      return assert.ok(!head.complete || openTasks(head) > 0 || head.tasks === 0);
    case "stalled":
      return assert.ok(
        outcomes.length >= STALL &&
          outcomes.slice(-STALL).every((outcome) => outcome !== "progress"),
        outcomes.join(),
      );
    case "agent-failed":
      return assert.equal(outcomes.at(-1), "failed");
    default:
      return assert.fail(`nothing that happened is a reason to end: ${JSON.stringify(last.data)}`);
  }
}

/** Carries out one run. `codes` are those of the sessions' runs so far, and get the new one. */
async function soak(
  stage: Stage,
  { session, scenario, limit }: Attempt,
  codes: Map<string, readonly unknown[]>,
): Promise<void> {
  const before = codes.get(session) ?? [];
  const flags = ["--name", session, "--iterations", String(limit), "--stall", String(STALL)];
  const { code, stdout } = await stage.build(scenario, flags);
  const seen = await stage.session(session);
  const after = endingsOf(seen);
  codes.set(session, after);
  checkLog(seen);
  if (stdout.includes("nothing to do")) return assert.deepEqual([code, after], [0, before], stdout);
  assert.deepEqual(after, [...before, code], stdout);
  checkReason(seen, limit);
}

Deno.test("runs with faults at random all end by themselves, for a reason that the facts give", async () => {
  const seed = newSeed();
  await together(Array.from({ length: PLACES }, (_, place) => place), async (place) => {
    const random = randomFrom(seed + place);
    await using stage = await Stage.make();
    const codes = new Map<string, readonly unknown[]>();
    let told = "";
    try {
      for (let run = 0; run < RUNS; run++) {
        const next = attempt(stage, random);
        told = `run ${run} of place ${place}: ${JSON.stringify(next)}`;
        await soak(stage, next, codes);
      }
      await checkStore(stage);
    } catch (error) {
      throw new Error(`ITERATR_TEST_SEED=${seed}, ${told}`, { cause: error });
    }
  });
});
