import { AgentError } from "../../agent/errors.ts";
import { messageOf } from "../../platform/failure.ts";
import { formatDuration } from "../../platform/text.ts";
import { event } from "../../session/event.ts";
import { totalTokens } from "../../session/usage.ts";
import { attempt, failedUnseen, NOT_SENT } from "./attempt.ts";
import type { Attempt, AttemptEnd } from "./attempt_end.ts";
import { attemptSection } from "./attempt_section.ts";
import type { RunContext } from "../context.ts";
import { currentHead } from "../current_head.ts";
import { type Course, spend } from "./course.ts";
import { type NextPrompt, nextPrompt } from "../next_prompt.ts";
import { Recount } from "./recount.ts";
import { type Waited, waitForQuota } from "./quota_wait.ts";

/** What a turn needs of its iteration. */
export interface TurnPlan {
  readonly spec: string;
  /** Begins the iteration, at the latest when its first attempt fails. */
  begin(isModelKnown: boolean): Promise<number>;
  /** What happens once, before the first prompt. */
  prepare(n: number): Promise<void>;
}

/** The attempts of one turn. */
export class Tries {
  readonly #context: RunContext;
  readonly #course: Course;
  readonly #turn: TurnPlan;
  readonly #recount: Recount;
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
    this.#recount = new Recount(context.plan.monitor);
  }

  async next(): Promise<Attempt> {
    const result = await this.#attempt();
    spend(this.#course, result);
    const { end } = result;
    await this.#record();
    if (result.hasHeard) this.#told = [...this.#told, this.#telling].filter((text) => text !== "");
    if (end.kind === "failed") {
      this.lastError = textOf(end);
      this.#recount.note(result);
    }
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
      const most = formatDuration(plan.maxWaitMs);
      const why = plan.maxWaitMs === 0
        ? "waiting is switched off"
        : left > plan.maxWaitMs
        ? `that is more than ${most} away`
        : `with what the iteration has waited already that would be more than ${most}`;
      throw new AgentError(
        `the provider's quota is used up until ${at}, and ${why}: ${message}`,
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
    if (world.stop.aborted) return false;
    return (await currentHead(world.store, plan.session)).stop === null;
  }

  async #attempt(): Promise<Attempt> {
    const { plan, world } = this.#context;
    const turn = this.#turn;
    try {
      await this.#context.agents.current();
    } catch (error) {
      if (!(error instanceof AgentError)) throw error;
      return { ...NOT_SENT, end: failedUnseen(error, this.#context) };
    }
    await this.#countAgain();
    return await attempt(this.#context, {
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

  /** Adds what the agents of failed attempts could not tell; the next prompt must not exceed the budget. */
  async #countAgain(): Promise<void> {
    const more = await this.#recount.take();
    if (totalTokens(more.usage) + more.usage.cost === 0) return;
    spend(this.#course, more);
    this.#context.spending.note(this.#course.usage);
    await this.#record();
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

/** What the agent answered is told in the words of its provider. */
function textOf({ error, fault }: Extract<AttemptEnd, { readonly kind: "failed" }>): string {
  const own = messageOf(error);
  if (error.rpc === undefined) return own;
  return `${own.split(":", 1)[0]}: ${fault.message}`;
}
