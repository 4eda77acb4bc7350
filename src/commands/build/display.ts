import { systemClock } from "../../platform/clock.ts";
import { makeOutput, type Output } from "../../platform/output.ts";
import { messageOf } from "../../platform/failure.ts";
import { StoreError } from "../../store/errors.ts";
import { relativeTo } from "../../platform/paths.ts";
import { isSameOutput } from "../../platform/same_output.ts";
import { Countdown } from "../../render/countdown.ts";
import { NdjsonRenderer } from "../../render/ndjson.ts";
import { wrap } from "../../render/layout.ts";
import { PlainRenderer } from "../../render/plain.ts";
import { QuietRenderer } from "../../render/quiet.ts";
import type { Renderer } from "../../render/renderer.ts";
import { COLOURED, PLAIN, wantsColour } from "../../render/style.ts";
import { type Ending, exitCode } from "../../session/ending.ts";
import type { Head } from "../../session/state.ts";
import type { Task } from "../../session/task.ts";
import { feed } from "../../store/feed.ts";
import type { Store } from "../../store/open.ts";
import { readHead, readTasks } from "../../store/read.ts";
import type { BuildFlags, BuildSettings } from "./settings.ts";

/** A reader that takes nothing for so long is given up at the end of a run. */
const PATIENCE_MS = 10_000;
/** After a signal the run has to be over soon, whoever reads. */
const HURRY_MS = 500;

/** What a person or a program sees of a run. */
export interface Display {
  /** Prints the run from the log, at the reader's own pace, until it is finished. */
  follow(store: Store): Promise<Followed>;
  /** The last line: how it ended, and what to do next. */
  announce(ending: Ending): Promise<void>;
}

/** A run on its way to the screen. */
export interface Followed {
  /** Resolves when everything that is in the log has been printed, or nobody takes it. */
  finish(ending: Ending): Promise<void>;
}

/** How the run is to be shown. */
export type DisplayFlags = Pick<BuildFlags, "quiet" | "json" | "timestamps">;

/** Makes the display of a run. `onClosed` is told when the reader of stdout has gone. */
export function makeDisplay(
  settings: BuildSettings,
  flags: DisplayFlags,
  onClosed: () => void,
): Display {
  const stderr = makeOutput(Deno.stderr, () => undefined);
  let hasFailed = false;
  const stdout = makeOutput(Deno.stdout, onClosed, (error) => {
    if (!hasFailed) stderr.write(`warning: the output cannot be written: ${messageOf(error)}\n`);
    hasFailed = true;
  });
  return {
    follow: async (store) => {
      const head = await readHead(store, settings.session);
      const tasks = head === undefined ? [] : await readTasks(store, settings.session, head);
      const renderer = makeRenderer(settings, flags, tasks);
      return follow(store, settings.session, { head, renderer, stdout, flags });
    },
    announce: async (ending) => {
      announce(ending, flags, stdout, stderr);
      const patience = patienceFor(ending);
      await Promise.all([stdout.drained(patience), stderr.drained(patience)]);
    },
  };
}

function makeRenderer(
  settings: BuildSettings,
  flags: DisplayFlags,
  tasks: readonly Task[],
): Renderer {
  const { session, root } = settings;
  if (flags.json === true) return new NdjsonRenderer(session);
  if (flags.quiet === true) return new QuietRenderer();
  const isTerminal = Deno.stdout.isTerminal();
  return new PlainRenderer({
    session,
    root,
    tasks,
    spec: relativeTo(root, settings.spec),
    style: wantsColour((name) => Deno.env.get(name), isTerminal) ? COLOURED : PLAIN,
    timestamps: flags.timestamps ?? false,
    columns: () => isTerminal ? terminalColumns() : undefined,
  });
}

function terminalColumns(): number | undefined {
  const columns = ownColumns();
  return columns === undefined ? undefined : Math.max(40, columns);
}

/** What the terminal has, however narrow it is. */
function ownColumns(): number | undefined {
  try {
    return Deno.consoleSize().columns;
  } catch {
    return undefined;
  }
}

/** From where on a log is shown, and how. */
interface Following {
  readonly head: Head | undefined;
  readonly renderer: Renderer;
  readonly stdout: Output;
  readonly flags: DisplayFlags;
}

function follow(
  store: Store,
  session: string,
  { head, renderer, stdout, flags }: Following,
): Followed {
  const finished = new AbortController();
  const print = async (): Promise<void> => {
    const options = {
      after: head?.seq ?? 0,
      signal: finished.signal,
      ...(head === undefined ? {} : { epoch: head.epoch }),
    };
    using countdown = new Countdown({
      clock: systemClock,
      isTerminal: Deno.stdout.isTerminal(),
      columns: ownColumns,
      timestamps: flags.timestamps ?? false,
      write: (text) => stdout.write(text),
    });
    for await (const { event } of feed(store, session, options)) {
      stdout.write(countdown.clear() + renderer.render(event));
      countdown.set(renderer.waitsUntil);
      await stdout.ready();
    }
  };
  const printing = print().catch((error: unknown) => {
    // A store that fails ends the run, and its last line says so.
    if (!(error instanceof StoreError)) throw error;
  });
  // Thrown where the end is waited for, and not before.
  printing.catch(() => undefined);
  return {
    finish: async (ending) => {
      finished.abort();
      const done = new AbortController();
      // Either the log is read to its end, or the reader takes no more of it.
      await Promise.race([printing, stdout.stuck(patienceFor(ending), done.signal)]);
      done.abort();
    },
  };
}

function patienceFor(ending: Ending): number {
  return ending.reason === "interrupted" || ending.reason === "closed" ? HURRY_MS : PATIENCE_MS;
}

function announce(ending: Ending, flags: DisplayFlags, stdout: Output, stderr: Output): void {
  // Nobody wants a mail every half hour that says that there was nothing to do.
  if (flags.quiet === true && ending.isIdle === true) return;
  const code = exitCode(ending);
  const text = ending.reason === "complete"
    ? `complete: ${ending.message}\n`
    : `${ending.reason} (exit ${code}): ${ending.message}\n`;
  const line = Deno.stdout.isTerminal()
    ? wrap(text.trimEnd(), (terminalColumns() ?? Infinity) - 2).join("\n  ") + "\n"
    : text;
  const onStdout = flags.json !== true;
  if (onStdout) stdout.write(flags.quiet === true ? line : `\n${line}`);
  if (code === 0) return;
  if (!onStdout || !isSameOutput()) stderr.write(line);
  // Two ways into one file have no order between them.
  const out = onStdout && isSameOutput() ? stdout : stderr;
  for (const hint of ending.hints) out.write(`  ${hint}\n`);
}
