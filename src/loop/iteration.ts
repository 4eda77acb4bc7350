import type { Agent } from "../agent/agent.ts";
import type { PromptResult } from "../agent/turn.ts";
import { historySection, notesSection, tasksSection } from "../prompt/sections.ts";
import { messageOf, UserError } from "../platform/failure.ts";
import type { WorkMark } from "../git/work_mark.ts";
import { event, type Outcome } from "../session/event.ts";
import type { Head } from "../session/state.ts";
import type { Usage } from "../session/usage.ts";
import type { Store } from "../store/open.ts";
import { readHead, readIterations, readNotes, readTasks } from "../store/read.ts";
import type { RunPlan, RunWorld } from "./plan.ts";
import { type SeenStates, tasksMark } from "./progress.ts";
import type { Recorder } from "./recorder.ts";
import { Transcript } from "./transcript.ts";

/** What an iteration works with besides the plan. */
export interface IterationContext {
  readonly plan: RunPlan;
  readonly world: RunWorld;
  readonly recorder: Recorder;
  readonly agent: Agent;
  readonly seen: SeenStates;
  readonly workMark: WorkMark;
}

/** What came of an iteration. */
export interface IterationResult {
  readonly outcome: Outcome;
  readonly usage: Usage;
}

/**
 * One iteration: a prompt from where the session stands, one turn of the agent in a session of its own,
 * and a look at what has changed. However it goes, its end is recorded.
 *
 * @throws what made it fail, after recording that it did.
 */
export async function iterate(context: IterationContext): Promise<IterationResult> {
  const { plan, world, recorder } = context;
  // Before the iteration begins: an unknown model or a missing login is no iteration that failed.
  const session = await context.agent.openSession(plan.model);
  const n = await recorder.beginIteration();
  const start = world.clock.monotonic();
  const end = async (outcome: Outcome, stop: string, usage: Usage): Promise<void> => {
    const state = outcome === "interrupted" ? null : await mark(context);
    const isNew = state !== null && context.seen.add(state);
    const judged = outcome === "progress" && !isNew ? "idle" : outcome;
    result = { outcome: judged, usage };
    const ms = Math.round(world.clock.monotonic() - start);
    await recorder.record(
      event("iteration.ended", { n, outcome: judged, stop, ms, usage, state }),
    );
  };
  let result: IterationResult | undefined;
  const failed = new AbortController();
  const transcript = new Transcript(recorder, world.clock, (error) => failed.abort(error));
  try {
    const prompt = plan.template(await promptVariables(plan, world, n));
    const turn = await session.prompt(
      prompt,
      (update) => transcript.take(update),
      AbortSignal.any([world.stop, failed.signal]),
    );
    await transcript.finish();
    const usage = usageOf(turn, transcript.cost);
    await end(world.stop.aborted ? "interrupted" : "progress", turn.stop, usage);
  } catch (error) {
    // The first error counts; what goes wrong while it is being recorded follows from it.
    await transcript.finish().catch(() => undefined);
    const usage = usageOf(undefined, transcript.cost);
    const outcome = world.stop.aborted ? "interrupted" : "failed";
    await end(outcome, messageOf(error), usage).catch(() => undefined);
    throw error;
  }
  if (result === undefined) throw new Error(`iteration ${n} has ended without a result`);
  return result;
}

async function mark(
  { plan, world, workMark }: IterationContext,
): Promise<{ readonly work: string; readonly tasks: string }> {
  const head = await sessionHead(world.store, plan.session);
  const tasks = await readTasks(world.store, plan.session, head);
  return { work: await workMark(), tasks: tasksMark(tasks) };
}

async function promptVariables(
  plan: RunPlan,
  { store, clock }: RunWorld,
  n: number,
): Promise<Parameters<RunPlan["template"]>[0]> {
  const { session } = plan;
  const head = await sessionHead(store, session);
  return {
    session,
    iteration: String(n),
    spec: (await readSpec(plan.spec)).trim(),
    tasks: tasksSection(await readTasks(store, session, head)),
    notes: notesSection(await readNotes(store, session, head)),
    history: historySection(await readIterations(store, session, head), clock.now()),
    extra: plan.extra,
    port: "0",
    binary: plan.binary,
  };
}

async function sessionHead(store: Store, session: string): Promise<Head> {
  const head = await readHead(store, session);
  if (head === undefined) throw new Error(`session ${session} has vanished from the store`);
  return head;
}

/**
 * Reads the spec.
 *
 * @throws {UserError} when it is not there or cannot be read.
 */
export async function readSpec(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    const why = error instanceof Deno.errors.NotFound ? "it is not there" : messageOf(error);
    throw new UserError(`the spec ${path} cannot be read: ${why}`);
  }
}

/** The protocol tells the tokens of the last model call only, so the figures are partial. */
function usageOf(turn: PromptResult | undefined, cost: number | undefined): Usage {
  return {
    inputTokens: turn?.usage?.inputTokens ?? 0,
    outputTokens: turn?.usage?.outputTokens ?? 0,
    cachedTokens: turn?.usage?.cachedTokens ?? 0,
    cost: cost ?? 0,
    partial: true,
  };
}
