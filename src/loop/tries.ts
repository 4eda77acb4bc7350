import { AgentError } from "../agent/errors.ts";
import { messageOf, UserError } from "../platform/failure.ts";
import { formatDuration, plural } from "../platform/text.ts";
import { event } from "../session/event.ts";
import { openTasks } from "../session/state.ts";
import { NO_USAGE, totalTokens } from "../session/usage.ts";
import { type Attempt, attempt, type AttemptEnd } from "./attempt.ts";
import { attemptSection } from "./attempt_section.ts";
import type { RunContext } from "./context.ts";
import { currentHead } from "./current_head.ts";
import { type Course, spend, type TurnEnd } from "./course.ts";
import { type NextPrompt, nextPrompt } from "./next_prompt.ts";
import { type Waited, waitForQuota, waitUntil } from "./quota_wait.ts";
import { ALL_KNOWN } from "./usage_meter.ts";

/** What a turn needs of its iteration. */
export interface TurnPlan {
  readonly spec: string;
  /** Begins the iteration, at the latest when its first attempt fails. */
  begin(isModelKnown: boolean): Promise<number>;
  /** What happens once, before the first prompt. */
  prepare(n: number): Promise<void>;
}

/**
 * Takes the turn of an iteration, and tries it again with a new agent while that is of use: a bounded
 * number of times after failures, and whenever a provider that had enough takes requests again. Each
 * attempt has a prompt of its own, which tells what became of the one before.
 *
 * @throws {UserError} when a person must mend what is wrong.
 * @throws {AgentError} when the retries are used up.
 */
export async function takeTurn(
  context: RunContext,
  course: Course,
  turn: TurnPlan,
): Promise<TurnEnd> {
  const { plan, world, recorder, hooks, agents, time, spending, autoCommit } = context;
  const tries = new Tries(context, course, turn);
  let retries = 0;
  let waitedMs = 0;
  let waits = 0;
  for (;;) {
    const { end } = await tries.next();
    if (end.kind === "ended") {
      return { ...end, outcome: world.stop.aborted ? "interrupted" : "progress" };
    }
    const { error, fault } = end;
    const lines = error.lastLines.length > 0 ? error.lastLines : agents.lastLines();
    await agents.discard();
    // An agent that was given up because the run ends is no agent that has failed.
    if (world.stop.aborted || time.up.aborted) throw error;
    spending.note(course.usage);
    if (spending.up.aborted) return { ...GIVEN_UP, stop: tries.lastError };
    const n = await turn.begin(true);
    world.log.record("warn", "loop", "attempt failed", {
      n,
      fault: fault.kind,
      text: fault.message,
    });
    await autoCommit.endTurn();
    await hooks.run("on_error", { iteration: n, error: tries.lastError }, world.stop);
    const head = await currentHead(world.store, plan.session);
    if (head.complete && openTasks(head) === 0) {
      // Nobody has to wait for the words that are missing, or to mend what kept them from coming.
      const message = `the agent failed after everything was done: ${tries.lastError}`;
      await recorder.record(event("warning", { message }));
      return { ...GIVEN_UP, stop: tries.lastError };
    }
    if (fault.kind === "person") throw new UserError(fault.message, fault.hints);
    if (fault.kind === "quota") {
      const until = waitUntil(fault.until, world.clock.now().getTime(), waits++);
      const { why, ms } = await tries.wait(until, fault.message, waitedMs);
      course.waitedMs += ms;
      if (why === "stopped") return brokenOff("the wait for the provider was broken off");
      waitedMs += Math.max(1, ms);
      await autoCommit.passOver();
      continue;
    }
    if (retries >= plan.retry.attempts) {
      throw usedUp({ error, text: tries.lastError, n, retries, lines }, plan.retry.delaysMs);
    }
    const delayMs = delayBefore(retries, plan.retry.delaysMs);
    retries++;
    const max = plan.retry.attempts;
    const scheduled = { attempt: retries, max, delayMs, error: tries.lastError };
    await recorder.record(event("retry.scheduled", scheduled));
    if (!await tries.pause(delayMs)) {
      return brokenOff("the run was to stop: it was not tried again");
    }
    if (time.up.aborted) throw error;
    // What was committed meanwhile, by hooks or by a person, is not the agent's.
    await autoCommit.passOver();
  }
}

/** A turn after whose last attempt no other is made, although the run goes on to its end in order. */
const GIVEN_UP = { outcome: "progress", question: undefined, figures: ALL_KNOWN } as const;

function brokenOff(stop: string): TurnEnd {
  return { ...GIVEN_UP, outcome: "interrupted", stop };
}

function delayBefore(retry: number, delaysMs: readonly number[]): number {
  return delaysMs[retry] ?? delaysMs.at(-1) ?? 0;
}

/** The last of the attempts that failed. */
interface LastFailure {
  readonly error: AgentError;
  readonly text: string;
  readonly n: number;
  readonly retries: number;
  /** The end of the agent's stderr. */
  readonly lines: readonly string[];
}

function usedUp(
  { error, text, n, retries, lines }: LastFailure,
  delaysMs: readonly number[],
): AgentError {
  const pauses = Array.from({ length: retries }, (_, at) => `${delayBefore(at, delaysMs) / 1000}s`);
  const tried = retries === 0
    ? ""
    : `; ${plural(retries, "retry", "retries")} (after ${pauses.join(", ")}) did not help`;
  const message = `${text} in iteration ${n}${tried}`;
  return new AgentError(message, error.lastWords, error.rpc, lines);
}

/** What the agent answered is told in the words of its provider. */
function textOf({ error, fault }: Extract<AttemptEnd, { readonly kind: "failed" }>): string {
  const own = messageOf(error);
  if (error.rpc === undefined) return own;
  return `${own.split(":", 1)[0]}: ${fault.message}`;
}

/** The attempts of one turn. */
class Tries {
  readonly #context: RunContext;
  readonly #course: Course;
  readonly #turn: TurnPlan;
  #isPrepared = false;
  /** What hooks have to say in the prompt of this attempt, and what earlier attempts have heard. */
  #telling = "";
  #told: readonly string[] = [];
  /** Why the last attempt failed; empty before one did. */
  lastError = "";

  constructor(context: RunContext, course: Course, turn: TurnPlan) {
    this.#context = context;
    this.#course = course;
    this.#turn = turn;
  }

  async next(): Promise<Attempt> {
    const result = await this.#attempt();
    spend(this.#course, result);
    const { end } = result;
    await this.#record();
    if (result.hasHeard) this.#told = [...this.#told, this.#telling].filter((text) => text !== "");
    if (end.kind === "failed") this.lastError = textOf(end);
    return result;
  }

  /** Writes down what has been spent: it must not be lost when the run is killed in what comes next. */
  async #record(): Promise<void> {
    const { n, usage } = this.#course;
    if (n === undefined || totalTokens(usage) + usage.cost === 0) return;
    await this.#context.recorder.record(event("iteration.usage", { n, usage }));
  }

  /**
   * Waits for a provider whose quota is used up.
   *
   * @throws {AgentError} when that would take too long.
   */
  async wait(until: number, message: string, waitedMs: number): Promise<Waited> {
    const { plan, world, recorder, control, time } = this.#context;
    const { clock } = world;
    const left = Math.max(0, until - clock.now().getTime());
    if (plan.maxWaitMs === 0 || waitedMs + left > plan.maxWaitMs) {
      const at = new Date(until).toISOString();
      const why = plan.maxWaitMs === 0
        ? "waiting is switched off"
        : `that is more than ${formatDuration(plan.maxWaitMs)}`;
      throw new AgentError(
        `the provider takes nothing more until ${at}, and ${why}: ${message}`,
        "",
      );
    }
    using _pause = time.pause();
    const { stop: isStopping } = await currentHead(world.store, plan.session);
    return await waitForQuota(until, message, {
      ...{ clock, recorder, control, stop: world.stop, isStopping: isStopping !== null },
    });
  }

  /**
   * Waits before a retry.
   *
   * @returns whether there is to be one: not when somebody has asked the run to end.
   */
  async pause(ms: number): Promise<boolean> {
    const { plan, world, control, time } = this.#context;
    const over = new AbortController();
    const signal = AbortSignal.any([world.stop, time.up, over.signal]);
    const asked = (async (): Promise<void> => {
      for (;;) {
        const request = await control.next(signal);
        if (request !== "resume") return;
      }
    })();
    const { stop } = await currentHead(world.store, plan.session);
    if (stop === null) await Promise.race([world.clock.sleep(ms, signal), asked]);
    over.abort();
    await asked;
    world.stop.throwIfAborted();
    return (await currentHead(world.store, plan.session)).stop === null;
  }

  async #attempt(): Promise<Attempt> {
    const { plan, world } = this.#context;
    const turn = this.#turn;
    let agent;
    try {
      agent = await this.#context.agents.current();
    } catch (error) {
      if (!(error instanceof AgentError)) throw error;
      const fault = { kind: "transient", message: messageOf(error) } as const;
      const nothing = { usage: NO_USAGE, models: [], hasHeard: false };
      return { ...nothing, end: { kind: "failed", error, fault } };
    }
    return await attempt(this.#context, {
      agent,
      before: this.#course.usage,
      begin: turn.begin,
      prompt: async (n) => {
        if (!this.#isPrepared) await turn.prepare(n);
        this.#isPrepared = true;
        const prompt = await nextPrompt(world.store, world.clock, plan, n, turn.spec);
        return await this.#withStory(prompt);
      },
    });
  }

  /** The prompt, with what became of earlier attempts, and with what only these were told. */
  async #withStory(prompt: NextPrompt): Promise<NextPrompt> {
    this.#telling = prompt.held;
    if (this.lastError === "") return prompt;
    const { top, autoCommit } = this.#context;
    const uncommitted = await autoCommit.uncommitted();
    const commits = autoCommit.commits();
    const story = await attemptSection({ error: this.lastError, top, commits, uncommitted });
    return { ...prompt, text: [...this.#told, prompt.text, story].join("\n\n") };
  }
}
