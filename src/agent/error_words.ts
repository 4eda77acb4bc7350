import { asObject, asText } from "../platform/json.ts";
import { oneLine, printable } from "../platform/text.ts";
import { jsonOf } from "./reset/json_objects.ts";

const MAX_TEXT_CHARS = 256 * 1024;
const MAX_LINE_CHARS = 500;

/** What a JSON-RPC error says in words: a message, and whatever it has in `data`. */
export interface Said {
  readonly message: string;
  readonly data?: unknown;
}

/** The names that the protocol has for its errors; alone they say nothing of what is wrong. */
const BARE =
  /^\s*(internal (server )?error|server error|unknown error|invalid (params|request)|parse error|authentication required|error)?[\s.:]*$/i;

/**
 * Every wording of an error, the one that says most first. A library for agents puts what was thrown into
 * `data` (`{"details": …}`), below a message that is the same for all errors.
 */
export function wordsOf({ message, data }: Said): readonly string[] {
  const own = withoutPrefix(message);
  const further = wordsIn(data);
  const words = BARE.test(own) ? [...further, own] : [own, ...further];
  return words.filter((text) => text.trim() !== "");
}

/** An error in one line that is fit to be printed and not endless. */
export function lineOf(said: Said): string {
  return printableLine(wordsOf(said)[0] ?? "") || "it does not say why";
}

/** A text as one line, harmless for a terminal, cut to a length with an ellipsis. */
export function printableLine(text: string, chars: number = MAX_LINE_CHARS): string {
  return oneLine(printable(text.slice(0, 4 * chars)), chars);
}

/** A message without the name of the protocol's error in front of it. */
export function withoutPrefix(text: string): string {
  return text.slice(0, MAX_TEXT_CHARS).replace(/^(\s*internal error:\s*)+/i, "");
}

const FIELDS = ["details", "message", "error"];

/** The words in `data`, or in the errors that it holds; what is JSON is no wording itself. */
function wordsIn(data: unknown, depth = 0): readonly string[] {
  const text = asText(data);
  const json = jsonOf(text);
  if (text !== undefined && json === undefined) return [text.slice(0, MAX_TEXT_CHARS)];
  const fields = asObject(json ?? data);
  if (fields === undefined || depth > 2) return [];
  return FIELDS.flatMap((name) => wordsIn(fields[name], depth + 1));
}
