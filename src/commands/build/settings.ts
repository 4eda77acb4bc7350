import type { Config } from "../../config/table.ts";
import { type FlagTexts, resolveConfig, type Resolved } from "../../config/resolve.ts";
import { findRoot } from "../../config/root.ts";
import { UserError } from "../../platform/failure.ts";
import { exists, joinPath, stem } from "../../platform/paths.ts";
import { splitWords } from "../../platform/words.ts";
import { isSessionName, NAME_RULE, sessionNameFromStem } from "../../session/name.ts";

/** The flags of `iteratr build` that are no keys of the configuration. */
export interface BuildFlags {
  readonly spec?: string;
  readonly name?: string;
  readonly extraInstructions?: string;
  readonly directory?: string;
  readonly quiet?: boolean;
  readonly json?: boolean;
  readonly timestamps?: boolean;
  readonly dryRun?: boolean;
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
  readonly command: readonly [string, ...string[]];
  readonly extra: string;
  /** Flags that a run has to be given again to go on where this one ended. */
  readonly flagsToGoOn: readonly string[];
  readonly config: Config;
  readonly resolved: Resolved;
}

/** What decides where a session lies and who works on it; limits are for each run to choose. */
const GO_ON_FLAGS = [
  "data-dir",
  "model",
  "agent-command",
  "template",
  "verify",
  "verify-baseline",
];
const DEFAULT_SPEC = "specs/SPEC.md";

/** Where settings come from. */
export interface SettingSources {
  readonly flags: BuildFlags;
  /** The flags that are keys of the configuration, by their long names. */
  readonly configFlags: FlagTexts;
  readonly cwd: string;
  /** Whether a model has to be set; it has, unless said otherwise. */
  readonly needsModel?: boolean;
  env(name: string): string | undefined;
}

/**
 * Resolves the settings of a run.
 *
 * @throws {UserError} for what a person must mend.
 */
export function resolveSettings(
  { flags, configFlags, cwd, env, needsModel = true }: SettingSources,
): BuildSettings {
  if (flags.directory === "") throw new UserError("--directory must not be empty");
  const directory = joinPath(cwd, flags.directory ?? ".");
  if (!isDirectory(directory)) {
    throw new UserError(`--directory must be a directory, got "${flags.directory}"`);
  }
  const root = findRoot(directory, env("HOME") || undefined);
  const resolved = resolveConfig({ root, env, flags: configFlags });
  const { config } = resolved;
  const spec = findSpec(flags.spec, directory, root);
  if (config.model === undefined && needsModel) throw missingModel();
  return {
    root,
    resolved,
    config,
    dataDirectory: config.data_dir,
    spec,
    session: sessionName(flags.name, spec),
    model: config.model ?? "",
    command: splitWords("agent.command", config["agent.command"]),
    flagsToGoOn: GO_ON_FLAGS.flatMap((name) => {
      const texts = [configFlags.get(name) ?? []].flat();
      return texts.flatMap((text) => [`--${name}`, text]);
    }),
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
        : `the spec "${given}" does not exist (looked for ${path})`,
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

function isDirectory(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
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
    "Or keep it: iteratr config set model provider/model",
    "Which there are: opencode models",
  ]);
}
