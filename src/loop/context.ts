import type { WorkMark } from "../git/work_mark.ts";
import type { Usage } from "../session/usage.ts";
import type { AutoCommit } from "./commits/auto_commit.ts";
import type { AgentHolder } from "./agent_holder.ts";
import type { Control } from "./control.ts";
import type { Tally } from "./decide.ts";
import type { RunPlan, RunWorld } from "./plan.ts";
import type { Recorder } from "./recorder.ts";
import type { SpecCopy } from "./spec_copy.ts";
import type { HookRunner } from "./commands/hook_runner.ts";
import type { Remains } from "./remains.ts";
import type { Spending } from "./budgets/spending.ts";
import type { Tenancy } from "./tenancy.ts";
import type { TimeBudget } from "./budgets/time_budget.ts";

/** What a run has done, as it grows. */
export interface Progress {
  tally: Tally;
  usage: Usage;
  /** Whether an extra turn has told the agent what a hook complained of. */
  hasTold: boolean;
  /** Whether it was said that nobody knows the agent's model. */
  hasDoubted: boolean;
}

/** What the run writes with, once it has begun. */
export interface Begun {
  readonly recorder: Recorder;
  readonly spec: SpecCopy;
}

/** What a run works with once it has begun. */
export interface RunContext extends Begun {
  readonly plan: RunPlan;
  readonly world: RunWorld;
  readonly tenancy: Tenancy;
  readonly remains: Remains;
  readonly workMark: WorkMark;
  /** The top of the work tree; `undefined` outside git. */
  readonly top: string | undefined;
  readonly autoCommit: AutoCommit;
  readonly hooks: HookRunner;
  readonly control: Control;
  readonly spending: Spending;
  readonly time: TimeBudget;
  readonly agents: AgentHolder;
  /** When the run began, on the monotonic clock. */
  readonly start: number;
  readonly progress: Progress;
}
