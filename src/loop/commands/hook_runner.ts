import type { Hook, Hooks } from "../../hooks/hook.ts";
import { RUN_MARK } from "../../platform/marked_processes.ts";
import { event } from "../../session/event.ts";
import { isSuccess } from "../../session/command.ts";
import { HOOK_NAMES, type HookName } from "../../session/hook.ts";
import { runCommand } from "./command_facts.ts";
import type { RunPlan, RunWorld } from "../plan.ts";
import type { Recorder } from "../recorder.ts";
import type { Remains } from "../remains.ts";

/** What a hook is told, besides the session's name. */
export interface HookVariables {
  readonly iteration?: number;
  readonly taskId?: string;
  readonly taskContent?: string;
  readonly error?: string;
  readonly reason?: string;
  readonly exitCode?: number;
}

/** The completion of a task that hooks are run for. */
export interface Completion {
  readonly task: number;
  /** Sequence number of its event. */
  readonly seq: number;
  /** The commands of its hooks that have ended already, in a run that was killed before the others. */
  readonly ended: readonly string[];
}

const NAMES: Readonly<Record<keyof HookVariables, string>> = {
  iteration: "ITERATR_ITERATION",
  taskId: "ITERATR_TASK_ID",
  taskContent: "ITERATR_TASK_CONTENT",
  error: "ITERATR_ERROR",
  reason: "ITERATR_REASON",
  exitCode: "ITERATR_EXIT_CODE",
};

/** Runs the hooks of a run, and records what came of them. No failure of theirs ends the run. */
export class HookRunner {
  readonly #hooks: Hooks;
  readonly #plan: RunPlan;
  readonly #world: RunWorld;
  readonly #recorder: Recorder;
  readonly #remains: Remains;

  constructor(plan: RunPlan, world: RunWorld, recorder: Recorder, remains: Remains) {
    this.#hooks = plan.hooks;
    this.#plan = plan;
    this.#world = world;
    this.#recorder = recorder;
    this.#remains = remains;
  }

  /** Whether there are hooks of one of these names. */
  has(...names: readonly HookName[]): boolean {
    return names.some((name) => this.#hooks[name].length > 0);
  }

  /** Whether there are any hooks at all. */
  get any(): boolean {
    return this.has(...HOOK_NAMES);
  }

  /**
   * Runs the hooks of a name, one after the other.
   *
   * @param stop ends the one that runs, and leaves out the others.
   * @param completion for `on_task_complete`.
   */
  async run(
    name: HookName,
    variables: HookVariables,
    stop: AbortSignal,
    completion?: Completion,
  ): Promise<void> {
    const hooks = this.#hooks[name];
    for (const [index, hook] of hooks.entries()) {
      if (stop.aborted) return;
      const more = index < hooks.length - 1;
      const hasEnded = completion?.ended[index] === this.#recorder.mask(hook.command);
      // Only the last one marks the completion as done with.
      if (hasEnded && more) continue;
      await this.#runOne(hook, variables, stop, completion, more);
    }
  }

  async #runOne(
    hook: Hook,
    variables: HookVariables,
    stop: AbortSignal,
    completion: Completion | undefined,
    more: boolean,
  ): Promise<void> {
    const { facts, blobs, result } = await runCommand(
      {
        script: hook.script,
        cwd: this.#plan.root,
        env: { ...environmentOf(this.#plan), ...exported(variables) },
        timeoutMs: hook.timeoutMs,
        stop,
        clock: this.#world.clock,
        leftovers: "leave",
        groups: this.#world.groups,
      },
      hook.command,
      this.#recorder.mask,
    );
    if (result.left !== undefined) this.#remains.keep(result.left);
    const wasStopped = facts.end === "stopped";
    const says = !isSuccess(facts) || facts.bytes > 0;
    const held = hook.pipeOutput && hook.name !== "session_end" && says && !wasStopped;
    const { end, exit, ms } = facts;
    this.#world.log.record("info", "hook", hook.name, { command: hook.command, end, exit, ms });
    const recorded = this.#recorder.recordWith(
      blobs,
      event("hook.ended", {
        hook: hook.name,
        ...facts,
        held,
        ...(completion === undefined ? {} : { task: completion.task }),
        // One that was broken off has not had its turn: it is run again.
        ...(completion === undefined || wasStopped ? {} : { completion: completion.seq }),
        ...(completion !== undefined && more ? { more } : {}),
      }),
    );
    // At the end of a run its hooks are run, whether the store takes anything more or not.
    await (hook.name === "session_end" ? recorded.catch(() => undefined) : recorded);
  }
}

/** What hooks and gates find in their environment, before their own variables. */
export function environmentOf(
  { commandEnvironment, run, session }: RunPlan,
): Readonly<Record<string, string>> {
  // A run that a hook of another one has started would take that one's task for its own.
  const foreign: ReadonlySet<string> = new Set(Object.values(NAMES));
  const own = Object.entries(commandEnvironment).filter(([name]) => !foreign.has(name));
  return { ...Object.fromEntries(own), ITERATR_SESSION: session, [RUN_MARK]: run };
}

/** A zero byte would end a variable's value. */
function exported(variables: HookVariables): Readonly<Record<string, string>> {
  const entries = Object.entries(variables) as readonly [keyof HookVariables, string | number][];
  return Object.fromEntries(
    entries.map(([name, value]) => [NAMES[name], String(value).replaceAll("\0", "")]),
  );
}
