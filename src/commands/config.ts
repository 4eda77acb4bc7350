import { setInText, unsetInText } from "../config/edit.ts";
import { unknownKey } from "../config/file.ts";
import { type Kind, readValue, refusalOf, type Value, writeValue } from "../config/kinds.ts";
import { type ConfigFile, configFiles } from "../config/files.ts";
import { type Origin, resolveConfig } from "../config/resolve.ts";
import { findRoot } from "../config/root.ts";
import { specOf } from "../config/table.ts";
import { writeFileAtomically } from "../platform/atomic_file.ts";
import { UserError } from "../platform/failure.ts";
import type { CommandWorld } from "./context.ts";

/** `iteratr config [--json]`: every key with its value and where it comes from. */
export function showConfig(flags: { readonly json?: boolean }, world: CommandWorld): void {
  const { settings, files } = resolveHere(world);
  if (flags.json === true) {
    const json = {
      settings: Object.fromEntries(
        settings.map(({ spec, value, origin }) => [
          spec.key,
          { value: value ?? null, origin: originText(origin) },
        ]),
      ),
      files: files.map(({ kind, path, isThere }) => ({ kind, path, isThere })),
    };
    world.stdout(`${JSON.stringify(json)}\n`);
    return;
  }
  const rows = settings.map(({ spec, value, origin }) =>
    [
      spec.key,
      shown(spec.kind, value),
      originText(origin),
    ] as const
  );
  const width = (column: 0 | 1): number => Math.max(...rows.map((row) => row[column].length));
  const [first, second] = [width(0), width(1)];
  for (const [key, value, origin] of rows) {
    world.stdout(`${key.padEnd(first)}  ${value.padEnd(second)}  ${origin}\n`);
  }
  world.stdout("\nFiles\n");
  for (const { kind, path, isThere } of files) {
    world.stdout(`  ${kind.padEnd(7)}  ${path}${isThere ? "" : "  (not there)"}\n`);
  }
}

function shown(kind: Kind, value: Value | undefined): string {
  return value === undefined ? "(not set)" : writeValue(kind, value) || "(none)";
}

/** `iteratr config get KEY`: one value, as it would be written; exits 1 when it is not set. */
export function getConfig(key: string, world: CommandWorld): void {
  const setting = resolveHere(world).settings.find(({ spec }) => spec.key === key);
  if (setting === undefined) throw new UserError(unknownKey(key));
  if (setting.value === undefined) throw new UserError(`${key} is not set`);
  const { spec: { kind }, value } = setting;
  // Each gate in a line of its own: there is no telling where one ends within a line.
  const lines = kind.kind === "gates" && typeof value === "object"
    ? value.flatMap((item) => typeof item === "object" ? [[item]] : [])
    : [value];
  for (const line of lines) world.stdout(`${writeValue(kind, line)}\n`);
}

/** `iteratr config set KEY VALUE [--global]`: changes one line of a file, or adds it. */
export function setConfig(
  key: string,
  value: string,
  flags: { readonly global?: boolean },
  world: CommandWorld,
): void {
  const spec = specOf(key);
  if (spec === undefined) throw new UserError(unknownKey(key));
  const reading = readValue(spec.kind, value);
  if (!reading.ok) throw new UserError(refusalOf(key, reading, value));
  if (value === "") {
    throw new UserError(`${key} must not be empty`, [`Remove it: iteratr config unset ${key}`]);
  }
  const file = targetFile(flags, world);
  save(file.path, setInText(readText(file), key, value, file.path));
  world.stdout(`${key} is now ${value} in ${file.path}\n`);
}

/** `iteratr config unset KEY [--global]`: removes one line of a file. */
export function unsetConfig(
  key: string,
  flags: { readonly global?: boolean },
  world: CommandWorld,
): void {
  if (specOf(key) === undefined) throw new UserError(unknownKey(key));
  const file = targetFile(flags, world);
  const text = unsetInText(readText(file), key, file.path);
  if (text === undefined) throw new UserError(`${key} is not set in ${file.path}`);
  save(file.path, text);
  world.stdout(`${key} is no longer set in ${file.path}\n`);
}

function resolveHere(world: CommandWorld): ReturnType<typeof resolveConfig> {
  return resolveConfig({ root: rootOf(world), env: world.env, flags: new Map() });
}

function rootOf(world: CommandWorld): string {
  return findRoot(world.cwd, world.env("HOME") || undefined);
}

function targetFile(flags: { readonly global?: boolean }, world: CommandWorld): ConfigFile {
  const kind = flags.global === true ? "global" : "project";
  const file = configFiles(rootOf(world), world.env).find((candidate) => candidate.kind === kind);
  if (file === undefined) {
    throw new UserError("there is no place for a global configuration: HOME is not set");
  }
  return file;
}

function readText(file: ConfigFile): string {
  if (!file.isThere) return "";
  try {
    return Deno.readTextFileSync(file.path);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UserError(`${file.path} cannot be read: ${why}`);
  }
}

function save(path: string, text: string): void {
  try {
    writeFileAtomically(path, text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UserError(`${path} cannot be written: ${why}`);
  }
}

/** `default`, `global FILE:LINE`, `project FILE:LINE`, `env NAME`, `flag --NAME`. */
export function originText(origin: Origin): string {
  switch (origin.kind) {
    case "default":
      return "default";
    case "global":
    case "project":
      return `${origin.kind} ${origin.file}:${origin.line}`;
    case "env":
    case "flag":
      return `${origin.kind} ${origin.name}`;
  }
}
