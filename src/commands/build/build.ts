import { run } from "../../loop/run.ts";
import type { RunPlan } from "../../loop/plan.ts";
import { DEFAULT_TEMPLATE } from "../../prompt/default_template.ts";
import { compileTemplate, type Template } from "../../prompt/template.ts";
import { systemClock } from "../../platform/clock.ts";
import { messageOf, UserError } from "../../platform/failure.ts";
import { makeOutput, type Output } from "../../platform/output.ts";
import { relativeTo } from "../../platform/paths.ts";
import { isSameOutput } from "../../platform/same_output.ts";
import { onEndingSignal } from "../../platform/signals.ts";
import { PlainRenderer } from "../../render/plain.ts";
import { type Ending, exitCode } from "../../session/ending.ts";
import { feed } from "../../store/feed.ts";
import { openStore, type Store } from "../../store/open.ts";
import { readHead, readTasks } from "../../store/read.ts";
import { endingOf } from "../exit.ts";
import { VERSION } from "../version.ts";
import { makeRunEnvironment } from "./environment.ts";
import { type BuildFlags, type BuildSettings, resolveSettings } from "./settings.ts";

const STALL_ITERATIONS = 3;

/**
 * `iteratr build`: runs iterations on a spec until one of the endings is reached.
 *
 * @returns the exit code.
 * @throws what a person must mend before a run can begin.
 */
export async function build(flags: BuildFlags): Promise<number> {
  const settings = resolveSettings(flags, Deno.cwd(), (name) => Deno.env.get(name));
  const template = await loadTemplate(settings.template);
  const id = crypto.randomUUID();
  await using store = await openStore({ directory: settings.dataDirectory, create: true });
  await using environment = await makeRunEnvironment(id, settings, Deno.env.toObject());
  const stop = new AbortController();
  using _signals = onEndingSignal(
    (signal) =>
      stop.abort(
        {
          reason: "interrupted",
          signal,
          message: `${signal} was received.`,
          hints: [goOn(settings)],
        } satisfies Ending,
      ),
    (signal) => Deno.exit(exitCode({ reason: "interrupted", signal })),
  );
  const stdout = makeOutput(Deno.stdout, () =>
    stop.abort(
      {
        reason: "closed",
        message: "the reader of the output has closed it.",
        hints: [],
      } satisfies Ending,
    ));
  const plan: RunPlan = {
    ...settings,
    run: id,
    agent: environment.agent,
    usage: environment.usage,
    reset: flags.reset ?? false,
    reopen: flags.reopen ?? false,
    limits: { iterations: settings.iterations, stall: STALL_ITERATIONS },
    template,
    binary: environment.binary,
    version: VERSION,
  };
  const finished = new AbortController();
  const rendered = show(store, settings, stdout, finished.signal);
  const ending = await run(plan, {
    store,
    clock: systemClock,
    pid: Deno.pid,
    host: Deno.hostname(),
    stop: stop.signal,
    endingOf,
  });
  finished.abort();
  await rendered;
  await announce(ending, stdout);
  return exitCode(ending);
}

function goOn(settings: BuildSettings): string {
  const spec = relativeTo(settings.root, settings.spec);
  return `Go on: iteratr build --name ${settings.session} --spec ${spec}`;
}

async function loadTemplate(path: string | undefined): Promise<Template> {
  if (path === undefined) return compileTemplate(DEFAULT_TEMPLATE, "(built in)");
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    throw new UserError(`the template ${path} cannot be read: ${messageOf(error)}`);
  }
  return compileTemplate(text, path);
}

/** Prints the run from the log, at the reader's pace, until it is finished. */
async function show(
  store: Store,
  settings: BuildSettings,
  stdout: Output,
  signal: AbortSignal,
): Promise<void> {
  const { session, spec, root } = settings;
  const head = await readHead(store, session);
  const renderer = new PlainRenderer({
    session,
    root,
    spec: relativeTo(root, spec),
    tasks: head === undefined ? [] : await readTasks(store, session, head),
  });
  try {
    for await (const { event } of feed(store, session, { after: head?.seq ?? 0, signal })) {
      stdout.write(renderer.render(event));
    }
  } catch {
    // A store that fails ends the run, and its last line says so.
  }
}

/** The last line: how it ended, and what to do next. */
async function announce(ending: Ending, stdout: Output): Promise<void> {
  const code = exitCode(ending);
  const line = ending.reason === "complete"
    ? `\ncomplete: ${ending.message}\n`
    : `\n${ending.reason} (exit ${code}): ${ending.message}\n`;
  stdout.write(line);
  await stdout.drained();
  if (code === 0) return;
  const stderr = makeOutput(Deno.stderr, () => undefined);
  if (!isSameOutput()) stderr.write(line.trimStart());
  for (const hint of ending.hints) stderr.write(`  ${hint}\n`);
  await stderr.drained();
}
