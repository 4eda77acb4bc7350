import { isOpencode, opencodeEnvironment } from "../../agent/opencode.ts";
import { RUN_MARK } from "../../platform/marked_processes.ts";
import { joinPath } from "../../platform/paths.ts";
import { writeSelf } from "../self.ts";
import type { BuildSettings } from "./settings.ts";

/** A private directory of one run, and the environment that its processes get. */
export interface RunEnvironment extends AsyncDisposable {
  readonly env: Readonly<Record<string, string>>;
  /** The `iteratr` that the agent finds on its PATH. */
  readonly binary: string;
}

const DEFAULT_PATH = "/usr/local/bin:/usr/bin:/bin";

/**
 * Makes what the agent needs around it: an `iteratr` that is this very program, first on its PATH; the
 * session and the data directory, so that `iteratr tool task-next` is all it has to type; the mark by
 * which every process of the run is known; and a directory for temporary files, which goes with the run
 * (opencode leaves several megabytes there each time).
 */
export async function makeRunEnvironment(
  run: string,
  settings: BuildSettings,
  inherited: Readonly<Record<string, string>>,
): Promise<RunEnvironment> {
  const directory = await Deno.makeTempDir({ prefix: "iteratr-" });
  const bin = joinPath(directory, "bin");
  const temporary = joinPath(directory, "tmp");
  await Deno.mkdir(bin);
  await Deno.mkdir(temporary);
  const binary = await writeSelf(bin);
  return {
    binary,
    env: {
      ...inherited,
      ...(isOpencode(settings.command) ? opencodeEnvironment(inherited, directory) : {}),
      PATH: `${bin}:${inherited["PATH"] || DEFAULT_PATH}`,
      TMPDIR: temporary,
      ITERATR_SESSION: settings.session,
      ITERATR_DATA_DIR: settings.dataDirectory,
      [RUN_MARK]: run,
    },
    [Symbol.asyncDispose]: async () => {
      // What cannot be removed is left to the system's own cleaning of its temporary directory.
      await Deno.remove(directory, { recursive: true }).catch(() => undefined);
    },
  };
}
