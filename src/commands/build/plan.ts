import type { Hooks } from "../../hooks/hook.ts";
import { HOOKS_FILE } from "../../hooks/hooks_file.ts";
import type { RunPlan } from "../../loop/plan.ts";
import { joinPath } from "../../platform/paths.ts";
import type { Template } from "../../prompt/template.ts";
import { gatesMark } from "../../session/gate.ts";
import { VERSION } from "../version.ts";
import type { RunEnvironment } from "./environment.ts";
import type { BuildFlags, BuildSettings } from "./settings.ts";

/** What a plan is made of. */
export interface PlanParts {
  readonly settings: BuildSettings;
  readonly flags: BuildFlags;
  readonly environment: RunEnvironment;
  readonly template: Template;
  readonly hooks: Hooks;
  /** The run's id. */
  readonly run: string;
}

/** Settles everything about a run before it begins. */
export function makePlan(
  { settings, flags, environment, template, hooks, run }: PlanParts,
): RunPlan {
  const { config } = settings;
  return {
    ...settings,
    run,
    agent: environment.agent,
    monitor: environment.monitor,
    unmonitored: environment.unmonitored,
    limits: {
      iterations: config.iterations,
      stall: config["stall.iterations"],
      timeMs: config["budget.time"],
      withoutTask: config["stall.without_task"],
      gates: gatesMark(config.verify),
      spending: { tokens: config["budget.tokens"], cost: config["budget.cost"] },
      tolerates: config.verify_baseline === "tolerate",
    },
    autoCommit: config.auto_commit,
    hooks,
    gates: config.verify,
    gateTimeoutMs: config.verify_timeout,
    toleratesBaseline: config.verify_baseline === "tolerate",
    commandEnvironment: environment.commands,
    sources: sourcesOf(settings),
    guards: {
      silenceMs: config["watchdog.silence"],
      toolCallMs: config["watchdog.tool_call"],
      turnMs: config["watchdog.turn"],
      messages: config["watchdog.messages"],
      emptyMessages: config["watchdog.empty_messages"],
    },
    retry: {
      attempts: config["retry.attempts"],
      delaysMs: config["retry.delays"],
    },
    maxWaitMs: config["quota.max_wait"],
    renewal: {
      iterations: config["renew.iterations"],
      memoryBytes: config["renew.memory"],
    },
    promptLimits: {
      notesBytes: config["prompt.notes"],
      history: config["prompt.history"],
    },
    template,
    reset: flags.reset ?? false,
    reopen: flags.reopen ?? false,
    scratch: environment.directory,
    binary: environment.binary,
    version: VERSION,
  };
}

/** What has been read for the plan. */
function sourcesOf({ root, resolved, config }: BuildSettings): readonly string[] {
  const template = config.template === undefined ? [] : [config.template];
  return [...resolved.files.map(({ path }) => path), joinPath(root, HOOKS_FILE), ...template];
}
