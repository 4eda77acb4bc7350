import type { AgentMonitor } from "../agent/monitor.ts";
import type { LaunchOptions } from "../agent/process.ts";
import type { Hooks } from "../hooks/hook.ts";
import type { PromptLimits } from "../prompt/sections.ts";
import type { Template } from "../prompt/template.ts";
import type { Log } from "../platform/log.ts";
import type { Clock } from "../platform/clock.ts";
import type { HeldGroups } from "../platform/held_groups.ts";
import type { Ending } from "../session/ending.ts";
import type { Gate } from "../session/gate.ts";
import type { Store } from "../store/open.ts";
import type { Limits } from "./decide.ts";
import type { GuardLimits } from "./turn/turn_guard.ts";

/** Everything about a run that is settled before it begins, and does not change while it goes on. */
export interface RunPlan {
  readonly session: string;
  /** The run's id; every process that it starts carries it in its environment. */
  readonly run: string;
  readonly root: string;
  readonly dataDirectory: string;
  /** Absolute path of the spec. */
  readonly spec: string;
  readonly model: string;
  readonly agent: LaunchOptions;
  /** What the agent tells beside the protocol; without it, the protocol's own figures have to do. */
  readonly monitor: AgentMonitor | undefined;
  /** Why there is none, where there could be one. */
  readonly unmonitored: string | undefined;
  readonly limits: Limits;
  /** Whether the work of each iteration is committed. */
  readonly autoCommit: boolean;
  readonly hooks: Hooks;
  /** What has to succeed before the session counts as done. */
  readonly gates: readonly Gate[];
  /** Milliseconds that a gate may take which says nothing else. */
  readonly gateTimeoutMs: number;
  /** Whether gates that failed before the session began may fail on. */
  readonly toleratesBaseline: boolean;
  /** What hooks and gates find in their environment, besides what tells them of the run. */
  readonly commandEnvironment: Readonly<Record<string, string>>;
  /** Absolute paths of what was read for this plan, whether it was there or not. */
  readonly sources: readonly string[];
  readonly guards: GuardLimits;
  readonly retry: RetryPlan;
  /** Milliseconds that a run waits for its provider before it gives up; 0 = not at all. */
  readonly maxWaitMs: number;
  readonly renewal: Renewal;
  readonly template: Template;
  readonly promptLimits: PromptLimits;
  readonly extra: string;
  /** Begin the session anew, or go on although it is finished. */
  readonly reset: boolean;
  readonly reopen: boolean;
  /** Flags that a run has to be given again to go on where this one ended. */
  readonly flagsToGoOn: readonly string[];
  /** A private directory of the run. */
  readonly scratch: string;
  /** The path of the `iteratr` that the agent is to call. */
  readonly binary: string;
  /** iteratr's version. */
  readonly version: string;
}

/** How often an iteration is tried again when its agent fails, and after how many milliseconds. */
export interface RetryPlan {
  readonly attempts: number;
  /** The last one counts for all that follow. */
  readonly delaysMs: readonly number[];
}

/** When the agent's process is started anew between iterations; 0 = never. */
export interface Renewal {
  readonly iterations: number;
  /** Resident memory, with the process's children. */
  readonly memoryBytes: number;
}

/** What a run needs of the world. */
export interface RunWorld {
  readonly store: Store;
  readonly clock: Clock;
  readonly pid: number;
  readonly host: string;
  readonly log: Log;
  /** Files by `dev:ino` that iteratr's own output goes to. */
  readonly ownOutput: ReadonlySet<string>;
  /** The process groups of the agent and of commands, as long as they are there. */
  readonly groups: HeldGroups;
  /** Aborted from outside (a signal, a closed pipe) with the {@linkcode Ending} as its reason. */
  readonly stop: AbortSignal;
  /** The one function that turns errors into endings. */
  endingOf(error: unknown): Ending;
}
