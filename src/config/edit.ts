import {
  isCollection,
  isMap,
  isScalar,
  type Pair,
  parseDocument,
  stringify,
  type YAMLMap,
} from "yaml";
import { throwProblems } from "../platform/problem.ts";
import { readConfigText } from "./file.ts";
import { specOf } from "./table.ts";

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
  if (found === undefined) return checked(add(text, key, value), name);
  const { map, at } = found;
  const { after, value: place } = placeOf(map, at, text);
  const shown = written(value, key, map.flow === true);
  if (place !== undefined && isBlock(map, at)) {
    // A list or mapping below its key makes room for a value beside it, before the key's comment.
    const [comment = ""] = text.slice(after, place[0]).split(/\r?\n/, 1);
    return checked(`${text.slice(0, after)} ${shown}${comment}${text.slice(place[1])}`, name);
  }
  if (place === undefined) {
    return checked(`${text.slice(0, after)} ${shown}${text.slice(after)}`, name);
  }
  return checked(`${text.slice(0, place[0])}${shown}${text.slice(place[1])}`, name);
}

/**
 * Removes a key from the text of a configuration file, with its lines.
 *
 * @returns `undefined` when it is not there.
 */
export function unsetInText(text: string, key: string, name: string): string | undefined {
  throwProblems(readConfigText(text, name).problems);
  const found = find(text, key);
  if (found === undefined) return undefined;
  const { map, at } = found;
  const [from, to] = map.flow === true ? withinBraces(map, at, text) : wholeLines(map, at, text);
  return checked(text.slice(0, from) + text.slice(to), name);
}

function checked(text: string, name: string): string {
  throwProblems(readConfigText(text, name).problems);
  return text;
}

function isBlock(map: YAMLMap, at: number): boolean {
  const value = map.items[at]?.value;
  return isCollection(value) && value.flow !== true;
}

/** A number or a switch is written bare, a text as YAML needs it where it stands. */
function written(value: string, key: string, inBraces: boolean): string {
  // A command stays a text, also the one that is called `true`.
  const isText = specOf(key)?.kind.kind === "gates";
  if (!isText && /^(true|false|[0-9]+)$/.test(value)) return value;
  if (value.trim() !== value) return JSON.stringify(value);
  const text = stringify(value, { lineWidth: 0 }).replace(/\n$/, "");
  const isBare = !/^["']/.test(text);
  return /\n/.test(text + value) || (inBraces && isBare && /[,[\]{}]/.test(text))
    ? JSON.stringify(value)
    : text;
}

/** An item of a mapping. */
interface Found {
  readonly map: YAMLMap;
  readonly at: number;
}

function find(text: string, key: string): Found | undefined {
  const document = parseDocument(text);
  return isMap(document.contents) ? findIn(document.contents, key) : undefined;
}

function findIn(map: YAMLMap, key: string): Found | undefined {
  for (const [at, item] of map.items.entries()) {
    if (!isScalar(item.key)) continue;
    const name = String(item.key.value);
    if (isMap(item.value) && key.startsWith(`${name}.`)) {
      const inner = findIn(item.value, key.slice(name.length + 1));
      if (inner !== undefined) return inner;
    }
    if (name === key) return { map, at };
  }
  return undefined;
}

/** Where an item stands. */
interface Place {
  /** Offset of the key, of what follows its colon, and of the item's end. */
  readonly start: number;
  readonly after: number;
  readonly end: number;
  /** Where the value stands; `undefined` when there is none. */
  readonly value: readonly [number, number] | undefined;
}

function placeOf(map: YAMLMap, at: number, text: string): Place {
  const item: Pair | undefined = map.items[at];
  const [start, keyEnd] = rangeOf(item?.key);
  const [from, to] = rangeOf(item?.value);
  const colon = text.indexOf(":", keyEnd);
  const after = colon < 0 ? keyEnd : colon + 1;
  if (from === to) return { start, after, end: after, value: undefined };
  // The value of a block scalar ends with its last line's end, and the blank lines below.
  const end = from + text.slice(from, to).replace(/[ \t\r\n]+$/, "").length;
  return { start, after, end, value: [from, end] };
}

function rangeOf(node: unknown): readonly [number, number] {
  const range = isScalar(node) || isCollection(node) ? node.range : undefined;
  return range === null || range === undefined ? [0, 0] : [range[0], range[1]];
}

function wholeLines(map: YAMLMap, at: number, text: string): readonly [number, number] {
  const { start, end } = placeOf(map, at, text);
  const lineEnd = text.indexOf("\n", end);
  return [lineStart(text, start), lineEnd < 0 ? text.length : lineEnd + 1];
}

function withinBraces(map: YAMLMap, at: number, text: string): readonly [number, number] {
  const { start, end } = placeOf(map, at, text);
  if (at + 1 < map.items.length) return [start, placeOf(map, at + 1, text).start];
  return at === 0 ? [start, end] : [placeOf(map, at - 1, text).end, end];
}

/** Adds `group.key` below its group when there is one, else at the end. */
function add(text: string, key: string, value: string): string {
  const document = parseDocument(text);
  const map = isMap(document.contents) ? document.contents : undefined;
  const eol = text.includes("\r\n") ? "\r\n" : "\n";
  const [group, name] = key.split(".");
  const holder = map?.items.find((item) =>
    isScalar(item.key) && String(item.key.value) === group && isMap(item.value)
  );
  if (name !== undefined && isMap(holder?.value) && holder.value.items.length > 0) {
    return addTo(
      holder.value,
      text,
      `${name}: ${written(value, key, holder.value.flow === true)}`,
      eol,
    );
  }
  if (map?.flow === true) return addTo(map, text, `${key}: ${written(value, key, true)}`, eol);
  const first = map?.items[0];
  const start = first === undefined ? 0 : rangeOf(first.key)[0];
  const indent = first === undefined
    ? ""
    : text.slice(lineStart(text, start), start).replace("\uFEFF", "");
  const body = text === "" || text.endsWith("\n") ? text : `${text}${eol}`;
  return `${body}${indent}${key}: ${written(value, key, false)}${eol}`;
}

function addTo(map: YAMLMap, text: string, line: string, eol: string): string {
  const last = map.items.length - 1;
  if (map.flow === true) {
    const end = last < 0 ? rangeOf(map)[0] + 1 : placeOf(map, last, text).end;
    const put = last < 0 ? ` ${line} ` : `, ${line}`;
    return `${text.slice(0, end)}${put}${text.slice(end)}`;
  }
  const { start, end } = placeOf(map, last, text);
  const indent = text.slice(lineStart(text, start), start);
  const lineEnd = text.indexOf("\n", end);
  return lineEnd < 0
    ? `${text}${eol}${indent}${line}`
    : `${text.slice(0, lineEnd + 1)}${indent}${line}${eol}${text.slice(lineEnd + 1)}`;
}

function lineStart(text: string, at: number): number {
  return text.lastIndexOf("\n", at - 1) + 1;
}
