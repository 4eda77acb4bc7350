import { isOpencode, prepareOpencode } from "../../agent/opencode.ts";
import type { AgentMonitor } from "../../agent/monitor.ts";
import { opencodeMonitor } from "../../agent/opencode_monitor.ts";
import type { LaunchOptions } from "../../agent/process.ts";
import { RUN_MARK } from "../../platform/marked_processes.ts";
import { joinPath } from "../../platform/paths.ts";
import { writeSelf } from "../self.ts";
import { makeScratch } from "./scratch.ts";
import type { BuildSettings } from "./settings.ts";

/** What of the settings the environment depends on. */
export type EnvironmentSettings = Pick<
  BuildSettings,
  "root" | "command" | "session" | "dataDirectory"
>;

/** A private directory of one run, and how its agent is started. */
export interface RunEnvironment extends AsyncDisposable {
  readonly directory: string;
  readonly agent: LaunchOptions;
  /** What hooks and gates find in theirs: the user's, and the same `iteratr`. */
  readonly commands: Readonly<Record<string, string>>;
  /** What the agent tells beside the protocol; `undefined` when it does not. */
  readonly monitor: AgentMonitor | undefined;
  /** Why it does not, where it could. */
  readonly unmonitored: string | undefined;
  /** The `iteratr` that the agent finds on its PATH. */
  readonly binary: string;
}

const DEFAULT_PATH = "/usr/local/bin:/usr/bin:/bin";

const PORT_UNKNOWN =
  "opencode tells only through its server what sub-agents spend and how long a provider waits, and with " +
  "that --port nobody knows where the server is; leave --port out of the agent's command";

/**
 * Makes what the agent needs around it: an `iteratr` that is this very program, first on its PATH; the
 * session and the data directory, so that `iteratr tool task-next` is all it has to type; the mark by
 * which every process of the run is known; and a directory for temporary files, which goes with the run
 * (opencode leaves several megabytes there each time).
 */
export async function makeRunEnvironment(
  run: string,
  settings: EnvironmentSettings,
  inherited: Readonly<Record<string, string>>,
): Promise<RunEnvironment> {
  const directory = await makeScratch();
  try {
    return await fill(directory, run, settings, inherited);
  } catch (error) {
    await removeAll(directory);
    throw error;
  }
}

// What cannot be removed is left to the system's own cleaning of its temporary directory.
async function removeAll(directory: string): Promise<void> {
  await Deno.remove(directory, { recursive: true }).catch(() => undefined);
}

async function fill(
  directory: string,
  run: string,
  settings: EnvironmentSettings,
  inherited: Readonly<Record<string, string>>,
): Promise<RunEnvironment> {
  const bin = joinPath(directory, "bin");
  const temporary = joinPath(directory, "tmp");
  await Deno.mkdir(bin);
  await Deno.mkdir(temporary);
  const binary = await writeSelf(bin);
  const { root } = settings;
  const opencode = isOpencode(settings.command)
    ? prepareOpencode(settings.command, inherited, { directory, root })
    : undefined;
  const server = opencode?.server;
  const commands = {
    ...inherited,
    PATH: `${bin}:${inherited["PATH"] || DEFAULT_PATH}`,
    ITERATR_SESSION: settings.session,
    ITERATR_DATA_DIR: settings.dataDirectory,
  };
  return {
    directory,
    binary,
    commands,
    monitor: server === undefined ? undefined : opencodeMonitor(server),
    unmonitored: opencode !== undefined && server === undefined ? PORT_UNKNOWN : undefined,
    agent: {
      command: settings.command,
      ...(opencode === undefined ? {} : { moreWords: opencode.moreWords }),
      cwd: root,
      env: {
        ...commands,
        ...opencode?.env,
        TMPDIR: temporary,
        [RUN_MARK]: run,
      },
    },
    [Symbol.asyncDispose]: () => removeAll(directory),
  };
}
