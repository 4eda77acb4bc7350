import type { FlagTexts } from "../../config/resolve.ts";
import { loadHooks } from "../../hooks/hooks_file.ts";
import { run } from "../../loop/run.ts";
import { isInteractive } from "../../platform/foreground.ts";
import type { RunWorld } from "../../loop/plan.ts";
import { readSpec } from "../../loop/spec_copy.ts";
import { systemClock } from "../../platform/clock.ts";
import { UserError } from "../../platform/failure.ts";
import { HeldGroups } from "../../platform/held_groups.ts";
import { killMarkedProcesses } from "../../platform/marked_processes.ts";
import { ownOutputFiles } from "../../platform/own_output.ts";
import { makeMask } from "../../platform/mask.ts";
import { onEndingSignal } from "../../platform/signals.ts";
import { type Ending, exitCode } from "../../session/ending.ts";
import { openStore } from "../../store/open.ts";
import { endingOf } from "../exit.ts";
import type { CommandWorld } from "../context.ts";
import { askWhetherToReopen } from "./ask_reopen.ts";
import { dryRun } from "./dry_run.ts";
import { loadTemplate } from "./load_template.ts";
import { endOnDefect } from "./defect.ts";
import { makeDisplay } from "./display.ts";
import { CLOSED, interrupted } from "./endings.ts";
import { makeRunEnvironment } from "./environment.ts";
import { makePlan } from "./plan.ts";
import { openRunLog } from "./run_log.ts";
import { type BuildFlags, resolveSettings } from "./settings.ts";

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
    using _log = openRunLog(settings, makeMask(Deno.env.toObject()));
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
  using log = openRunLog(settings, mask);
  using _defects = endOnDefect({
    clock: systemClock,
    log,
    stop: (ending) => stop.abort(ending),
    endAtOnce,
  });
  await using store = await openStore({ directory: settings.dataDirectory, create: true, mask });
  await using environment = await makeRunEnvironment(id, settings, Deno.env.toObject());
  const display = makeDisplay(settings, flags, () => stop.abort(CLOSED));
  const plan = makePlan({ settings, flags, environment, template, hooks, run: id });
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

/** What is plainly no spec is not worth the money that a run costs. */
function checkSpecText(text: string | undefined, path: string): void {
  if (text === undefined) throw new UserError(`the spec ${path} does not exist`);
  if (text.trim() === "") throw new UserError(`the spec ${path} is empty`);
  if (text.includes("\0")) throw new UserError(`the spec ${path} is not a text file`);
}
