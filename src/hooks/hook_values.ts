import { isAlias, isMap, isScalar, isSeq, type Node } from "yaml";
import { lengthProblem } from "../session/ruling.ts";

const MAX_TIMEOUT_S = 86_400;

/** What a key's value says, or what is wrong with it, in words that follow the key. */
export type Read<T> = { readonly value: T } | { readonly wrong: string };

/** Reads what the shell is to be given. */
export function readCommand(node: Node | null, text: string): Read<string> {
  const value = isScalar(node) ? node.value : undefined;
  if (typeof value !== "string" || value.trim() === "") {
    return mustBe("a text for the shell", node, text);
  }
  // No program can be given these as they are.
  if (value.includes("\0") || !value.isWellFormed()) {
    return mustBe("a text without NUL and without half characters", node, text);
  }
  const tooLong = lengthProblem(value);
  return tooLong === undefined ? { value } : { wrong: tooLong };
}

/** Reads how long a hook may take, in whole seconds, as milliseconds. */
export function readTimeout(node: Node | null, text: string): Read<number> {
  const seconds = plainSource(node);
  if (/^[1-9][0-9]{0,4}$/.test(seconds) && Number(seconds) <= MAX_TIMEOUT_S) {
    return { value: Number(seconds) * 1000 };
  }
  return mustBe(`a whole number of seconds from 1 to ${MAX_TIMEOUT_S}`, node, text);
}

/** Reads `true` or `false`. */
export function readSwitch(node: Node | null, text: string): Read<boolean> {
  const word = plainSource(node);
  if (word === "true" || word === "false") return { value: word === "true" };
  return mustBe("true or false", node, text);
}

function mustBe<T>(what: string, node: Node | null, text: string): Read<T> {
  return { wrong: `must be ${what}, got ${shown(node, text)}` };
}

/** The letters of a value without quotes; of no other. */
export function plainSource(node: Node | null): string {
  if (!isScalar(node)) return "";
  return node.type === "PLAIN" && node.tag === undefined ? node.source ?? "" : "";
}

/**
 * A value as messages show it: as it is written.
 *
 * @param text the text in which it stands.
 */
export function shown(node: Node | null, text: string): string {
  if (isSeq(node)) return "a list";
  if (isMap(node)) return "a mapping";
  if (isAlias(node)) return "an alias";
  const [from, to] = node?.range ?? [0, 0];
  const source = text.slice(from, to);
  if (source === "") return "nothing";
  const line = source.length > 60 ? `${source.slice(0, 60)}...` : source;
  const isQuoted = isScalar(node) && /^QUOTE_/.test(node.type ?? "");
  return isQuoted ? `the text ${line.replaceAll("\n", " ")}` : JSON.stringify(line);
}

/** Whether a value is there, but says nothing. */
export function isNull(node: Node | null): boolean {
  return node === null || (isScalar(node) && node.value === null);
}
