import type { Gate } from "../session/gate.ts";
import { joinPath } from "../platform/paths.ts";
import { type Problem, throwProblems } from "../platform/problem.ts";
import { type ConfigFile, configFiles } from "./files.ts";
import { type FileContent, readConfigText } from "./file.ts";
import { readValue, refusalOf, type Value } from "./kinds.ts";
import { type Config, type KeySpec, SPECS } from "./table.ts";

/** Where a value comes from. */
export type Origin =
  | { readonly kind: "default" }
  | { readonly kind: "global" | "project"; readonly file: string; readonly line: number }
  | { readonly kind: "env"; readonly name: string }
  | { readonly kind: "flag"; readonly name: string };

/** A value and where it comes from. */
export interface Setting {
  readonly spec: KeySpec;
  readonly value: Value | undefined;
  readonly origin: Origin;
}

/** The configuration as all layers together make it. */
export interface Resolved {
  readonly config: Config;
  readonly settings: readonly Setting[];
  /** The files looked at, whether they are there or not. */
  readonly files: readonly ConfigFile[];
}

/** What a resolution starts from. */
export interface Sources {
  /** Absolute path of the root. */
  readonly root: string;
  env(name: string): string | undefined;
  readonly flags: FlagTexts;
}

/**
 * Texts of the flags that were given, by their long names; a switch is `true` or `false`, and a flag that
 * may be repeated has a list.
 */
export type FlagTexts = ReadonlyMap<string, string | readonly string[]>;

/**
 * Resolves the configuration: flags over variables over the project's file over the global one over the
 * defaults. An empty variable counts as not set.
 *
 * @throws {UserError} with every mistake of every layer at once.
 */
export function resolveConfig(sources: Sources): Resolved {
  const { root, env, flags } = sources;
  const problems: Problem[] = [];
  const files = configFiles(root, env);
  const contents = files.map((file) => ({ file, content: readFile(file) }));
  for (const { content } of contents) problems.push(...content.problems);
  const settings = SPECS.map((spec): Setting => {
    const read = (where: string, text: string): Value | undefined => {
      const reading = readValue(spec.kind, text);
      if (reading.ok) return reading.value;
      problems.push({ message: refusalOf(spec.key, reading, text), where });
      return undefined;
    };
    const flag = spec.flag === undefined ? undefined : flags.get(spec.flag.long);
    if (spec.flag !== undefined && flag !== undefined) {
      const name = `--${spec.flag.long}`;
      const values = [flag].flat().map((text) => {
        if (text !== "") return read(name, text);
        problems.push({ message: `${spec.key} must not be empty`, where: name });
        return undefined;
      });
      const value = typeof flag === "string" ? values[0] : together(values);
      return { spec, value, origin: { kind: "flag", name } };
    }
    const variable = spec.variable === undefined ? undefined : env(spec.variable);
    if (spec.variable !== undefined && variable !== undefined && variable !== "") {
      const { variable: name } = spec;
      return { spec, value: read(name, variable), origin: { kind: "env", name } };
    }
    for (const { file, content } of contents.toReversed()) {
      const entry = content.entries.find(({ key }) => key === spec.key);
      if (entry?.value === undefined) continue;
      const { kind, path } = file;
      return { spec, value: entry.value, origin: { kind, file: path, line: entry.line } };
    }
    return { spec, value: spec.fallback, origin: { kind: "default" } };
  });
  for (const { spec, value, origin } of settings) {
    const message = twice(spec.key, value);
    if (message !== undefined) problems.push({ message, where: placeOf(origin) });
  }
  throwProblems(problems);
  const anchored = settings.map((setting) => anchor(setting, root));
  const config = Object.fromEntries(anchored.map(({ spec, value }) => [spec.key, value]));
  return { config: config as Config, settings: anchored, files };
}

/** A flag that was repeated. */
function together(values: readonly (Value | undefined)[]): Value {
  return values.flatMap(gatesOf);
}

function gatesOf(value: Value | undefined): readonly Gate[] {
  if (typeof value !== "object") return [];
  return value.flatMap((item) => typeof item === "object" ? [item] : []);
}

/** Gates are known by their names. */
function twice(key: string, value: Value | undefined): string | undefined {
  const names = gatesOf(value).map(({ name }) => name);
  const name = names.find((candidate, at) => names.indexOf(candidate) !== at);
  return name === undefined ? undefined : `${key} names "${name}" twice`;
}

function placeOf(origin: Origin): string {
  switch (origin.kind) {
    case "default":
      return "default";
    case "global":
    case "project":
      return `${origin.file}:${origin.line}`;
    case "env":
      return origin.name;
    case "flag":
      return origin.name;
  }
}

/**
 * Relative paths are anchored at the root, whatever layer they come from: `data_dir` in the global file
 * means one in each project. Only the template and log file of the global file lie beside it.
 */
function anchor(setting: Setting, root: string): Setting {
  const { spec, value, origin } = setting;
  if (spec.kind.kind !== "path" || typeof value !== "string") {
    return setting;
  }
  const isBeside = origin.kind === "global" && spec.key !== "data_dir";
  const base = isBeside ? joinPath(origin.file, "..") : root;
  return { ...setting, value: joinPath(base, value) };
}

function readFile(file: ConfigFile): FileContent {
  if (!file.isThere) return { entries: [], problems: [] };
  try {
    return readConfigText(Deno.readTextFileSync(file.path), file.path);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return {
      entries: [],
      problems: [{ message: `the file cannot be read: ${why}`, where: file.path }],
    };
  }
}
