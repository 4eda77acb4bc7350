import { DEFAULT_DATA_DIR, findRoot } from "../../config/root.ts";
import { readWholeNumber } from "../../config/numbers.ts";
import { UserError } from "../../platform/failure.ts";
import { exists, joinPath, stem } from "../../platform/paths.ts";
import { splitWords } from "../../platform/words.ts";
import { isSessionName, NAME_RULE, sessionNameFromStem } from "../../session/name.ts";

/** The flags of `iteratr build` as they were given. */
export interface BuildFlags {
  readonly spec?: string;
  readonly name?: string;
  readonly model?: string;
  readonly iterations?: string;
  readonly dataDir?: string;
  readonly agentCommand?: string;
  readonly template?: string;
  readonly extraInstructions?: string;
  readonly directory?: string;
  readonly headless?: boolean;
  readonly quiet?: boolean;
  readonly json?: boolean;
  readonly timestamps?: boolean;
  readonly reset?: boolean;
  readonly reopen?: boolean;
}

/** What a run is made from, resolved and valid. */
export interface BuildSettings {
  readonly root: string;
  readonly dataDirectory: string;
  readonly spec: string;
  readonly session: string;
  readonly model: string;
  readonly iterations: number;
  readonly command: readonly [string, ...string[]];
  readonly template: string | undefined;
  readonly extra: string;
}

const DEFAULT_SPEC = "specs/SPEC.md";
const DEFAULT_COMMAND = "opencode acp";

/**
 * Resolves the settings of a run.
 *
 * @throws {UserError} for the first thing that a person must mend.
 */
export function resolveSettings(
  flags: BuildFlags,
  cwd: string,
  env: (name: string) => string | undefined,
): BuildSettings {
  const variable = (name: string): string | undefined => env(name) || undefined;
  const directory = joinPath(cwd, flags.directory ?? ".");
  if (!exists(directory)) {
    throw new UserError(`--directory must be a directory, got "${flags.directory}"`);
  }
  const root = findRoot(directory, variable("HOME"));
  const spec = findSpec(flags.spec, directory, root);
  const model = flags.model ?? variable("ITERATR_MODEL");
  if (model === undefined || model === "") throw missingModel();
  const iterations = flags.iterations ?? variable("ITERATR_ITERATIONS");
  const iterationsFrom = flags.iterations === undefined ? "ITERATR_ITERATIONS" : "--iterations";
  const template = flags.template ?? variable("ITERATR_TEMPLATE");
  return {
    root,
    dataDirectory: joinPath(
      root,
      flags.dataDir ?? variable("ITERATR_DATA_DIR") ?? DEFAULT_DATA_DIR,
    ),
    spec,
    session: sessionName(flags.name, spec),
    model,
    iterations: iterations === undefined ? 0 : readWholeNumber(iterationsFrom, iterations),
    command: splitWords(
      "the agent's command",
      flags.agentCommand ?? variable("ITERATR_AGENT_COMMAND") ?? DEFAULT_COMMAND,
    ),
    template: template === undefined ? undefined : joinPath(root, template),
    extra: flags.extraInstructions ?? "",
  };
}

/** A path given by a person is looked for where they are, then at the root. */
function findSpec(given: string | undefined, directory: string, root: string): string {
  const here = joinPath(directory, given ?? DEFAULT_SPEC);
  const path = exists(here) ? here : joinPath(root, given ?? DEFAULT_SPEC);
  if (isFile(path)) return path;
  if (given !== undefined) {
    throw new UserError(
      exists(path)
        ? `--spec must be a file, got "${given}" (${path})`
        : `the spec "${given}" is not there (looked for ${path})`,
    );
  }
  throw new UserError(`no spec: there is no ${DEFAULT_SPEC}`, [
    "Say which: iteratr build --spec specs/feature.md",
  ]);
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

function sessionName(given: string | undefined, spec: string): string {
  if (given === undefined) return sessionNameFromStem(stem(spec));
  if (!isSessionName(given)) throw new UserError(`--name must be ${NAME_RULE}, got "${given}"`);
  return given;
}

function missingModel(): UserError {
  return new UserError("no model is set: iteratr does not choose one for you", [
    "Give it: --model provider/model",
    "Or set it: export ITERATR_MODEL=provider/model",
    "Which there are: opencode models",
  ]);
}
