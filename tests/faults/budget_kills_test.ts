import assert from "node:assert/strict";
import { shellQuote } from "../../src/platform/words.ts";
import { isObject } from "../build/_json.ts";
import type { Run } from "../build/_run.ts";
import { dataOf, Stage } from "../build/_stage.ts";
import { configure } from "../endings/_scripted.ts";
import { checkLog, endingsOf } from "../storm/_log.ts";
import { newSeed, pick, randomFrom } from "../storm/_random.ts";
import { checkEnded, report } from "./_faults.ts";

const AGENT = new URL("_ledger_agent.ts", import.meta.url).pathname;
/** More of them in `deno task bench spending`. */
const KILLS = Number(Deno.env.get("ITERATR_TEST_KILLS") ?? 15);

type Course = readonly ("idle" | "crash" | "quota")[];

/** How the attempts of a run go that is killed at the end of the last of them. */
const COURSES: readonly [Course, ...Course[]] = [
  ["idle"],
  ["crash", "idle"],
  ["crash", "crash"],
  ["quota"],
  ["crash", "quota"],
  ["crash", "crash", "idle"],
];

/** The events of a type that a run with `--json` has told. */
function events(run: Run, type: string): readonly Readonly<Record<string, unknown>>[] {
  return run.stdout.split("\n").slice(0, -1)
    .map((line): unknown => JSON.parse(line)).filter(isObject)
    .filter((event) => event["type"] === type)
    .map(({ data }) => isObject(data) ? data : {});
}

/** Whether a run has come to where the course ends, with all figures known. */
function hasCome(run: Run, course: Course, dollars: number): boolean {
  switch (course.at(-1)) {
    case "quota":
      return events(run, "quota.waiting").length > 0;
    case "crash":
      return events(run, "retry.scheduled").length === course.length;
    default: {
      const usage = events(run, "iteration.usage").at(-1)?.["usage"];
      return isObject(usage) && Math.abs(Number(usage["cost"]) - dollars) < 1e-9;
    }
  }
}

Deno.test("runs that are killed in turns, retries and waits leave a sum that is exact, and a budget of it holds", async () => {
  const seed = newSeed();
  const random = randomFrom(seed);
  await using stage = await Stage.make();
  // The first two retries come at once, the third is never reached.
  await configure(stage, "retry:", "  delays: [0s, 0s, 10m]");
  const [plan, ledger] = [stage.join("plan"), stage.join("ledger")];
  const agent = [Deno.execPath(), "run", "-A", AGENT, plan, ledger].map(shellQuote).join(" ");
  const words = ["build", "--json", "--model", "a/b", "--no-auto-commit", "--agent-command", agent];
  const spent = (): number =>
    stage.read("ledger").split("\n").map(Number).reduce((sum, cents) => sum + cents, 0) / 100;

  for (let kill = 1; kill <= KILLS; kill++) {
    // Crashes at the end of a course are followed by one more attempt, which spends nothing.
    const course = pick(COURSES, random);
    const before = spent();
    const parts = [...course, "idle"].map((then, at) => ({
      cents: at === course.length
        ? []
        : Array.from({ length: 1 + Math.floor(random() * 4) }, () => 1 + Math.floor(random() * 50)),
      then,
    }));
    const dollars = parts.flatMap(({ cents }) => cents).reduce((sum, c) => sum + c, 0) / 100;
    await Deno.writeTextFile(plan, JSON.stringify(parts));
    await using run = await stage.iteratr(words);
    await run.until(() => hasCome(run, course, dollars));
    await new Promise((resolve) => setTimeout(resolve, random() * 300));
    run.signal("SIGKILL");
    await run.finished();
    assert.ok(Math.abs(spent() - before - dollars) < 1e-9, `seed ${seed}: the agent's own sum`);
  }

  const all = spent();
  // The estimate for another iteration is out of the way: this is about what was spent.
  const budget = ["--max-cost", all.toFixed(2)];
  const starts = stage.starts();
  const finished = await stage.build("works", budget);
  checkEnded(finished, 6, /^budget \(exit 6\): the cost budget of .* is used up: /);
  assert.equal(stage.starts(), starts, "an agent was started without any money left");

  const seen = await stage.session();
  checkLog(seen);
  assert.deepEqual(endingsOf(seen), [...Array.from({ length: KILLS }, () => 137), 6]);
  assert.ok(Math.abs(seen.head.usage.cost - all) < 1e-9, `seed ${seed}: ${seen.head.usage.cost}`);
  const [reached] = dataOf(seen, "budget.reached");
  assert.ok(Math.abs(Number(reached?.["used"]) - all) < 1e-9, `seed ${seed}`);
  report(`${KILLS} kills, ${seen.iterations.length} iterations, $${all.toFixed(2)} exactly`);
  await stage.removeStrays();
});
