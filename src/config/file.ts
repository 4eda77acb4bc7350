import { isAlias, isMap, isScalar, isSeq, type Node, type YAMLMap } from "yaml";
import { nearest } from "../platform/nearest.ts";
import type { Problem } from "../platform/problem.ts";
import { isNothing, readYamlText } from "../platform/yaml_text.ts";
import { readGates } from "./gates.ts";
import { readValue, type Value } from "./kinds.ts";
import { specOf, SPECS } from "./table.ts";

/** A value that a file sets. */
export interface FileEntry {
  readonly key: string;
  /** `undefined`: the file says that it is not set. */
  readonly value: Value | undefined;
  readonly line: number;
}

/** What a file says, and what is wrong with it. */
export interface FileContent {
  readonly entries: readonly FileEntry[];
  readonly problems: readonly Problem[];
}

/**
 * Reads the text of a configuration file. All its mistakes are found at once.
 *
 * @param name the file as messages name it.
 */
export function readConfigText(text: string, name: string): FileContent {
  const { root, place, ...yaml } = readYamlText(text, name, "a configuration");
  const problems = [...yaml.problems];
  const entries: FileEntry[] = [];
  const seen = new Map<string, number>();
  const walk = (map: YAMLMap, prefix: string): void => {
    for (const { key, value } of map.items) {
      const at = (key as Node).range?.[0] ?? 0;
      if (!isScalar(key)) {
        problems.push({ message: "a key must be a word", where: place(at) });
        continue;
      }
      const path = `${prefix}${String(key.value)}`;
      const members = SPECS.filter((spec) => spec.key.startsWith(`${path}.`));
      if (members.length > 0) {
        if (isMap(value)) walk(value, `${path}.`);
        else if (value !== null && !(isScalar(value) && value.value === null)) {
          const names = members.map((spec) => spec.key.slice(path.length + 1)).join(", ");
          problems.push({ message: `${path} must hold keys: ${names}`, where: place(at) });
        }
        continue;
      }
      const spec = specOf(path);
      if (spec === undefined) {
        problems.push({ message: unknownKey(path), where: place(at) });
        continue;
      }
      if (seen.has(path)) {
        problems.push({ message: `${path} is set twice`, where: place(at) });
        continue;
      }
      seen.set(path, at);
      const line = yaml.line(at);
      if (spec.kind.kind === "gates" && value !== null && !isUnset(value)) {
        const read = readGates(value as Node, path, place);
        problems.push(...read.problems);
        entries.push({ key: path, value: read.gates, line });
        continue;
      }
      const list = spec.kind.kind === "durations" ? listSource(value) : undefined;
      if (list !== undefined) {
        const reading = readValue(spec.kind, list);
        if (reading.ok) entries.push({ key: path, value: reading.value, line });
        else problems.push({ message: `${path} ${reading.must}, got "${list}"`, where: place(at) });
        continue;
      }
      if (!isScalar(value)) {
        if (value === null) entries.push({ key: path, value: undefined, line });
        else {
          const got = isSeq(value) ? "a list" : isAlias(value) ? "an alias" : "a mapping";
          problems.push({ message: `${path} must be one value, got ${got}`, where: place(at) });
        }
        continue;
      }
      const source = value.source ?? "";
      const mayBeEmpty = spec.kind.kind === "text" || spec.kind.kind === "path";
      if (value.value === null || mayBeEmpty && source === "") {
        entries.push({ key: path, value: undefined, line });
        continue;
      }
      const reading = readValue(spec.kind, source);
      if (reading.ok) entries.push({ key: path, value: reading.value, line });
      else {
        const message = `${path} ${reading.must}, got "${source}"`;
        problems.push({ message, where: place(value.range?.[0] ?? at) });
      }
    }
  };
  if (isMap(root)) walk(root, "");
  else if (!isNothing(root) && problems.length === 0) {
    const at = root?.range?.[0] ?? 0;
    problems.push({ message: "a configuration is keys with values", where: place(at) });
  }
  return { entries, problems };
}

/** A list of plain values as a flag would write it; `undefined` when it is none. */
function listSource(value: unknown): string | undefined {
  if (!isSeq(value)) return undefined;
  return value.items.map((item) => isScalar(item) ? item.source ?? "" : "?").join(", ");
}

/** `key:` and `key: null` say that it is not set; an empty text is a mistake, and switches nothing off. */
function isUnset(value: unknown): boolean {
  return isScalar(value) && value.value === null;
}

/** The message for a key that does not exist, with the one that was probably meant. */
export function unknownKey(key: string): string {
  const meant = nearest(key, SPECS.map((spec) => spec.key));
  return `unknown key "${key}"${meant === undefined ? "" : `; did you mean ${meant}?`}`;
}
