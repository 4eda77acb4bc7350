import { isMap, isScalar, isSeq, type Node, type Scalar } from "yaml";
import { nearest } from "../platform/nearest.ts";
import type { Problem } from "../platform/problem.ts";
import type { Gate } from "../session/gate.ts";
import { lengthProblem } from "../session/ruling.ts";
import { gateOf, readValue } from "./kinds.ts";

/** Gates that a file names, and what is wrong with them. */
export interface GatesContent {
  readonly gates: readonly Gate[];
  readonly problems: readonly Problem[];
}

const FIELDS = ["name", "command", "timeout"];

/**
 * Reads gates: a command, a mapping of `command` and perhaps `name` and `timeout`, or a list of these.
 *
 * @param key what messages call the value.
 * @param place tells where an offset of the text is.
 */
export function readGates(
  value: Node,
  key: string,
  place: (offset: number) => string,
): GatesContent {
  const problems: Problem[] = [];
  const problem = (node: unknown, message: string): undefined => {
    const at = (node as Node | null)?.range?.[0] ?? value.range?.[0] ?? 0;
    problems.push({ message, where: place(at) });
  };
  const items: readonly unknown[] = isSeq(value) ? value.items : [value];
  const gates = items.flatMap((item) => readGate(item, key, problem) ?? []);
  return { gates, problems };
}

type Report = (node: unknown, message: string) => undefined;

function readGate(item: unknown, key: string, problem: Report): Gate | undefined {
  if (isScalar(item)) {
    const command = textOf(item);
    if (command === undefined) {
      return problem(item, `${key} must hold commands, got ${shown(item)}`);
    }
    const tooLong = lengthProblem(command);
    return tooLong === undefined
      ? gateOf(command)
      : problem(item, `a command of ${key} ${tooLong}`);
  }
  if (!isMap(item)) {
    return problem(item, `${key} must hold commands, each a text, or a mapping with a command`);
  }
  const fields = new Map<string, unknown>();
  let isFine = true;
  const wrong = (node: unknown, message: string): void => {
    isFine = false;
    problem(node, message);
  };
  for (const { key: name, value } of item.items) {
    const word = isScalar(name) ? String(name.value) : "";
    const meant = nearest(word, FIELDS);
    if (!FIELDS.includes(word)) {
      const hint = meant === undefined ? "" : `; did you mean ${meant}?`;
      wrong(name, `unknown key "${word}" in ${key}${hint}`);
    } else if (fields.has(word)) wrong(name, `${word} is set twice`);
    fields.set(word, value);
  }
  const command = readText(fields, "command", wrong);
  // A mistyped name has been told already.
  if (!fields.has("command") && isFine) {
    wrong(item, `${key} must hold commands: one has no command`);
  }
  const name = readText(fields, "name", wrong);
  const timeoutMs = readTimeout(fields.get("timeout"), wrong);
  if (!isFine || command === undefined) return undefined;
  return { name: name ?? command, command, timeoutMs };
}

function readText(
  fields: ReadonlyMap<string, unknown>,
  name: string,
  wrong: (node: unknown, message: string) => void,
): string | undefined {
  if (!fields.has(name)) return undefined;
  const node = fields.get(name);
  const text = isScalar(node) ? textOf(node) : undefined;
  if (text === undefined) {
    wrong(node, `${name} must be a text, got ${shown(node)}`);
    return undefined;
  }
  const tooLong = lengthProblem(text);
  if (tooLong !== undefined) wrong(node, `${name} ${tooLong}`);
  return text;
}

function readTimeout(
  node: unknown,
  wrong: (node: unknown, message: string) => void,
): number | null {
  if (node === undefined) return null;
  const source = isScalar(node) ? node.source ?? "" : "";
  // Hooks count in seconds, and nobody should have to remember which of them does.
  const text = /^[1-9]\d{0,6}$/.test(source) ? `${source}s` : source;
  const reading = readValue({ kind: "duration", min: 1_000 }, text);
  if (reading.ok && typeof reading.value === "number") return reading.value;
  wrong(node, `timeout ${reading.ok ? "" : reading.must}, got ${shown(node)}`);
  return null;
}

/** A command is a text: `true`, `5` and nothing at all are mistakes rather than commands. */
function textOf(node: Scalar): string | undefined {
  const { value } = node;
  return typeof value === "string" && value.trim() !== "" && !value.includes("\0")
    ? value
    : undefined;
}

function shown(node: unknown): string {
  if (isScalar(node)) return node.source === undefined ? "nothing" : `"${node.source}"`;
  return isSeq(node) ? "a list" : isMap(node) ? "a mapping" : "nothing";
}
