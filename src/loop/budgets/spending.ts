import { event } from "../../session/event.ts";
import { addUsage, NO_USAGE, type Usage } from "../../session/usage.ts";
import type { Recorder } from "../recorder.ts";
import {
  amountOf,
  isReached,
  KINDS,
  type SpendingKind,
  type SpendingLimits,
  spentBudget,
} from "./spending_limits.ts";
import { WARNING_PART } from "./time_budget.ts";

/** Watches what the session spends while turns go on. */
export class Spending {
  readonly #limits: SpendingLimits;
  readonly #recorder: Recorder;
  readonly #up = new AbortController();
  readonly #warned = new Set<SpendingKind>();
  /** What all iterations that have ended have spent. */
  #before: Usage;
  #hasMissed = false;
  #spent: SpendingKind | undefined;

  /** @param before what the session has spent before this run. */
  constructor(limits: SpendingLimits, before: Usage, recorder: Recorder) {
    this.#limits = limits;
    this.#before = before;
    this.#recorder = recorder;
  }

  /** Aborted when a budget is used up; a turn that is going on is then cut short. */
  get up(): AbortSignal {
    return this.#up.signal;
  }

  /** The budget that is used up; no later figure takes that back. */
  get spent(): SpendingKind | undefined {
    return this.#spent;
  }

  /** Whether this is the first time that figures are missed. */
  warnOnce(): boolean {
    const isFirst = !this.#hasMissed;
    this.#hasMissed = true;
    return isFirst;
  }

  /** Takes what the iteration that is going on has spent so far. */
  note(usage: Usage): void {
    const all = addUsage(this.#before, usage);
    for (const kind of KINDS) {
      const limit = this.#limits[kind];
      const used = amountOf(kind, all);
      if (limit === 0 || this.#warned.has(kind)) continue;
      if (!isReached(used, limit * WARNING_PART)) continue;
      this.#warned.add(kind);
      // A store that fails is noticed by whoever writes what must not be lost.
      this.#recorder.record(event("budget.warned", { budget: kind, used, limit }))
        .catch(() => undefined);
    }
    this.#spent ??= spentBudget(this.#limits, all);
    if (this.#spent !== undefined) this.#up.abort();
  }

  /** The iteration has ended, with this in all. */
  endIteration(usage: Usage): void {
    this.#before = addUsage(this.#before, usage);
    this.note(NO_USAGE);
  }
}
