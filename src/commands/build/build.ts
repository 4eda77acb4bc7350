import type { FlagTexts } from "../../config/resolve.ts";
import { HOOKS_FILE, loadHooks } from "../../hooks/hooks_file.ts";
import { gatesMark } from "../../session/gate.ts";
import { run } from "../../loop/run.ts";
import { goOnHint } from "../../loop/ending_text.ts";
import { isInteractive } from "../../platform/foreground.ts";
import type { RunPlan, RunWorld } from "../../loop/plan.ts";
import { readSpec } from "../../loop/spec_copy.ts";
import { systemClock } from "../../platform/clock.ts";
import { messageOf, UserError } from "../../platform/failure.ts";
import { HeldGroups } from "../../platform/held_groups.ts";
import { killMarkedProcesses } from "../../platform/marked_processes.ts";
import { ownOutputFiles } from "../../platform/own_output.ts";
import { asLogLevel, type Log, NO_LOG, openLog } from "../../platform/log.ts";
import { makeMask } from "../../platform/mask.ts";
import { joinPath, relativeTo } from "../../platform/paths.ts";
import { onEndingSignal } from "../../platform/signals.ts";
import { type Ending, type EndingSignal, exitCode } from "../../session/ending.ts";
import { openStore } from "../../store/open.ts";
import { endingOf } from "../exit.ts";
import type { CommandWorld } from "../context.ts";
import { VERSION } from "../version.ts";
import { askWhetherToReopen } from "./ask_reopen.ts";
import { dryRun } from "./dry_run.ts";
import { loadTemplate } from "./load_template.ts";
import { endOnDefect } from "./defect.ts";
import { makeDisplay } from "./display.ts";
import { makeRunEnvironment } from "./environment.ts";
import { type BuildFlags, type BuildSettings, resolveSettings } from "./settings.ts";

/**
 * `iteratr build`: runs iterations on a spec until one of the endings is reached.
 *
 * @returns the exit code.
 * @throws what a person must mend before a run can begin.
 */
export async function build(
  flags: BuildFlags,
  configFlags: FlagTexts,
  world: CommandWorld,
): Promise<number> {
  const settings = resolveSettings({ ...world, flags, configFlags });
  if (flags.dryRun === true) {
    using _log = makeLog(settings, makeMask(Deno.env.toObject()));
    try {
      await dryRun(settings, world);
      return 0;
    } catch (error) {
      const { message, hints } = endingOf(error);
      throw new UserError(message, hints);
    }
  }
  const template = await loadTemplate(settings.config.template);
  const hooks = loadHooks(settings.root);
  checkSpecText(await readSpec(settings.spec), settings.spec);
  const id = crypto.randomUUID();
  const stop = new AbortController();
  const groups = new HeldGroups();
  const over: { ending?: Ending } = {};
  const endAtOnce = (ending: Ending): void => {
    groups.kill();
    killMarkedProcesses(id);
    Deno.exit(exitCode(ending));
  };
  using _signals = onEndingSignal(
    (signal) => {
      // Once the run is over, only a reader who takes nothing can be what is waited for.
      if (over.ending !== undefined) Deno.exit(exitCode(over.ending));
      stop.abort(interrupted(signal, settings));
    },
    (signal) => endAtOnce(interrupted(signal, settings)),
  );
  const mask = makeMask(Deno.env.toObject());
  using log = makeLog(settings, mask);
  using _defects = endOnDefect({
    clock: systemClock,
    log,
    stop: (ending) => stop.abort(ending),
    endAtOnce,
  });
  await using store = await openStore({ directory: settings.dataDirectory, create: true, mask });
  await using environment = await makeRunEnvironment(id, settings, Deno.env.toObject());
  const display = makeDisplay(settings, flags, () => stop.abort(CLOSED));
  const plan: RunPlan = {
    ...settings,
    run: id,
    agent: environment.agent,
    monitor: environment.monitor,
    unmonitored: environment.unmonitored,
    limits: {
      iterations: settings.config.iterations,
      stall: settings.config["stall.iterations"],
      timeMs: settings.config["budget.time"],
      withoutTask: settings.config["stall.without_task"],
      gates: gatesMark(settings.config.verify),
      spending: { tokens: settings.config["budget.tokens"], cost: settings.config["budget.cost"] },
      tolerates: settings.config.verify_baseline === "tolerate",
    },
    autoCommit: settings.config.auto_commit,
    hooks,
    gates: settings.config.verify,
    gateTimeoutMs: settings.config.verify_timeout,
    toleratesBaseline: settings.config.verify_baseline === "tolerate",
    commandEnvironment: environment.commands,
    sources: sourcesOf(settings),
    guards: {
      silenceMs: settings.config["watchdog.silence"],
      toolCallMs: settings.config["watchdog.tool_call"],
      turnMs: settings.config["watchdog.turn"],
      messages: settings.config["watchdog.messages"],
      emptyMessages: settings.config["watchdog.empty_messages"],
    },
    retry: {
      attempts: settings.config["retry.attempts"],
      delaysMs: settings.config["retry.delays"],
    },
    maxWaitMs: settings.config["quota.max_wait"],
    renewal: {
      iterations: settings.config["renew.iterations"],
      memoryBytes: settings.config["renew.memory"],
    },
    promptLimits: {
      notesBytes: settings.config["prompt.notes"],
      history: settings.config["prompt.history"],
    },
    template,
    reset: flags.reset ?? false,
    reopen: flags.reopen ?? false,
    scratch: environment.directory,
    binary: environment.binary,
    version: VERSION,
  };
  const runWorld: RunWorld = {
    store,
    clock: systemClock,
    pid: Deno.pid,
    host: Deno.hostname(),
    log,
    ownOutput: ownOutputFiles(
      settings.config.log_file === undefined ? [] : [settings.config.log_file],
    ),
    groups,
    stop: stop.signal,
    endingOf,
  };
  const isQuiet = settings.config.headless || flags.quiet === true || flags.json === true;
  const decided = !isQuiet && isInteractive()
    ? await askWhetherToReopen(plan, runWorld, interrupted("SIGINT", settings))
    : plan;
  const followed = await display.follow(store);
  const ended = "reason" in decided ? decided : await run(decided, runWorld);
  const ending = { ...ended, message: mask(ended.message), hints: ended.hints.map(mask) };
  over.ending = ending;
  await followed.finish(ending);
  await display.announce(ending);
  return exitCode(ending);
}

function sourcesOf({ root, resolved, config }: BuildSettings): readonly string[] {
  const template = config.template === undefined ? [] : [config.template];
  return [...resolved.files.map(({ path }) => path), joinPath(root, HOOKS_FILE), ...template];
}

/** What is plainly no spec is not worth the money that a run costs. */
function checkSpecText(text: string | undefined, path: string): void {
  if (text === undefined) throw new UserError(`the spec ${path} does not exist`);
  if (text.trim() === "") throw new UserError(`the spec ${path} is empty`);
  if (text.includes("\0")) throw new UserError(`the spec ${path} is not a text file`);
}

function makeLog(
  { config }: BuildSettings,
  mask: (text: string) => string,
): Log & Disposable {
  const { log_file: file, log_level: level } = config;
  if (file === undefined) return { ...NO_LOG, [Symbol.dispose]: () => undefined };
  try {
    return openLog({ file, level: asLogLevel(level), clock: systemClock, mask });
  } catch (error) {
    throw new UserError(`log_file ${file} cannot be written: ${messageOf(error)}`);
  }
}

const CLOSED: Ending = {
  reason: "closed",
  message: "the reader of the output has closed it.",
  hints: [],
};

function interrupted(signal: EndingSignal, settings: BuildSettings): Ending {
  const spec = relativeTo(settings.root, settings.spec);
  return {
    reason: "interrupted",
    signal,
    message: `${signal} was received.`,
    hints: [goOnHint(settings.session, spec, settings.flagsToGoOn)],
  };
}
