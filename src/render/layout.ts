import { oneLine, printable } from "../platform/text.ts";
import stringWidth from "string-width";
import wrapAnsi from "wrap-ansi";

/** How wide the lines of a run are where no terminal says otherwise, in columns. */
export const PIPE_WIDTH = 92;

/** The first column, for the word that says what a line is about. */
export const LABEL_WIDTH = 8;

/** `task    TAS-1 ...`: a word in the first column, so that the eye finds what it looks for. */
export function labelled(label: string, text: string): string {
  return `${label.padEnd(LABEL_WIDTH)}${text}`;
}

/** A line that belongs to the one above it. */
export function continued(text: string): string {
  return text === "" ? "" : `${" ".repeat(LABEL_WIDTH)}${text}`;
}

/** `left` and `right` at the two ends of a line, or with two spaces between when it is too short. */
export function spread(left: string, right: string, width: number): string {
  const gap = Math.max(2, width - stringWidth(left) - stringWidth(right));
  return right === "" ? left : `${left}${" ".repeat(gap)}${right}`;
}

/** `== iteration 1 ======= 14:02:11`. */
export function rule(left: string, right: string, width: number): string {
  const line = "=".repeat(Math.max(3, width - left.length - right.length - 5));
  return `== ${left} ${line} ${right}`;
}

/** `14:02:11` in local time. */
export function timeOfDay(at: Date): string {
  return at.toTimeString().slice(0, 8);
}

/** `14:02:11`, with the date in front of it on another day than that of `seen`, in local time. */
export function momentOf(at: Date, seen: Date): string {
  const pad = (value: number): string => String(value).padStart(2, "0");
  const dayOf = (date: Date): string =>
    `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
  const day = dayOf(at);
  return day === dayOf(seen) ? timeOfDay(at) : `${day} ${timeOfDay(at)}`;
}

/** Cuts a one-line text to a number of columns, with an ellipsis. */
export function fit(text: string, columns: number): string {
  const line = text.replaceAll(/\s+/g, " ").trim();
  if (stringWidth(line) <= columns) return line;
  let kept = "";
  let width = 3;
  for (const { segment } of new Intl.Segmenter().segment(line)) {
    width += stringWidth(segment);
    if (width > columns) break;
    kept += segment;
  }
  return `${kept.trimEnd()}...`;
}

/** Breaks a line of prose into lines of at most so many columns; its own indentation is kept. */
export function wrap(line: string, columns: number): readonly string[] {
  if (stringWidth(line) <= columns) return [line];
  const indent = /^\s*(?:[-*] |\d+\. )?/.exec(line)?.[0] ?? "";
  const room = Math.max(20, columns - indent.length);
  const [first = "", ...rest] = wrapAnsi(line.slice(indent.length), room, { hard: true })
    .split("\n");
  const margin = " ".repeat(indent.length);
  return [`${indent}${first}`, ...rest.map((part) => `${margin}${part}`)];
}

/** Somebody else's text for a place within a line: no control characters, no line of its own. */
export function clean(text: string): string {
  return oneLine(printable(text), 1_000);
}
