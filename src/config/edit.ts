import { isMap, isScalar, parseDocument, type Scalar, stringify, type YAMLMap } from "yaml";
import { UserError } from "../platform/failure.ts";
import { readConfigText } from "./file.ts";
import { throwProblems } from "./problem.ts";

/**
 * Sets a key in the text of a configuration file. Everything but the line of that key stays as it is,
 * to the byte: comments, order, style. A key that is not there yet is added at the end.
 *
 * @param name the file as messages name it.
 * @throws {UserError} when the text has mistakes: a file that cannot be read is not to be written.
 */
export function setInText(text: string, key: string, value: string, name: string): string {
  throwProblems(readConfigText(text, name).problems);
  const found = find(text, key);
  const scalar = stringify(value, { lineWidth: 0 }).trimEnd();
  // A number or a switch is written bare, a text as YAML needs it.
  const shown = /^(true|false|[0-9]+)$/.test(value) ? value : scalar;
  if (found !== undefined) {
    const { value: node, after } = found;
    const [from, to] = node === undefined ? [after, after] : node;
    const lead = node === undefined ? " " : "";
    return checked(`${text.slice(0, from)}${lead}${shown}${text.slice(to)}`, name);
  }
  return checked(addLine(text, key, shown), name);
}

/**
 * Removes a key from the text of a configuration file, with its line.
 *
 * @returns `undefined` when it is not there.
 */
export function unsetInText(text: string, key: string, name: string): string | undefined {
  throwProblems(readConfigText(text, name).problems);
  const found = find(text, key);
  if (found === undefined) return undefined;
  const from = text.lastIndexOf("\n", found.start - 1) + 1;
  const lineEnd = text.indexOf("\n", Math.max(found.after, found.value?.[1] ?? 0));
  return checked(text.slice(0, from) + (lineEnd < 0 ? "" : text.slice(lineEnd + 1)), name);
}

function checked(text: string, name: string): string {
  throwProblems(readConfigText(text, name).problems);
  return text;
}

interface Found {
  /** Offset of the key, and of what follows its colon. */
  readonly start: number;
  readonly after: number;
  /** Where the value stands; `undefined` when there is none. */
  readonly value: readonly [number, number] | undefined;
}

function find(text: string, key: string): Found | undefined {
  const document = parseDocument(text);
  return isMap(document.contents) ? findIn(document.contents, key, text) : undefined;
}

function findIn(map: YAMLMap, key: string, text: string): Found | undefined {
  for (const item of map.items) {
    if (!isScalar(item.key)) continue;
    const name = String(item.key.value);
    if (isMap(item.value) && key.startsWith(`${name}.`)) {
      const inner = findIn(item.value, key.slice(name.length + 1), text);
      if (inner !== undefined) return inner;
    }
    if (name !== key) continue;
    const [start, keyEnd] = rangeOf(item.key);
    const after = text.indexOf(":", keyEnd) + 1;
    const node = isScalar(item.value) && item.value.source !== "" ? item.value : undefined;
    const value = node === undefined ? undefined : rangeOf(node);
    return {
      start,
      after,
      value: value === undefined || value[0] === value[1] ? undefined : value,
    };
  }
  return undefined;
}

function rangeOf(node: Scalar): readonly [number, number] {
  if (node.range === null || node.range === undefined) {
    throw new UserError("the configuration file has a value without a place in it");
  }
  return [node.range[0], node.range[1]];
}

/** Adds `group.key` below its group when there is one, else at the end of the file. */
function addLine(text: string, key: string, shown: string): string {
  const [group, name] = key.split(".");
  const document = parseDocument(text);
  const map = isMap(document.contents) ? document.contents : undefined;
  const holder = map?.items.find((item) =>
    isScalar(item.key) && String(item.key.value) === group && isMap(item.value)
  );
  if (name !== undefined && isMap(holder?.value) && holder.value.flow !== true) {
    const last = holder.value.items.at(-1);
    if (isScalar(last?.key)) {
      const [start] = rangeOf(last.key);
      const indent = text.slice(text.lastIndexOf("\n", start - 1) + 1, start);
      const end = endOfLine(text, isScalar(last.value) ? rangeOf(last.value)[1] : start);
      return `${text.slice(0, end)}\n${indent}${name}: ${shown}${text.slice(end)}`;
    }
  }
  const body = text === "" || text.endsWith("\n") ? text : `${text}\n`;
  return `${body}${key}: ${shown}\n`;
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf("\n", from);
  return end < 0 ? text.length : end;
}
