import type { Gate } from "../session/gate.ts";
import { lengthProblem } from "../session/ruling.ts";

/** What values a key can have, and how they are written. */
export type Kind =
  | { readonly kind: "text" }
  /** A file or directory; a relative one is anchored where its layer says. */
  | { readonly kind: "path" }
  | { readonly kind: "switch" }
  | { readonly kind: "count"; readonly min: number }
  | { readonly kind: "choice"; readonly of: readonly string[] }
  /** In milliseconds; written `90s`, `5m`, `1h30m`. */
  | { readonly kind: "duration"; readonly min?: number }
  /** Commands that have to succeed; a flag gives one, and may be repeated. */
  | { readonly kind: "gates" }
  /** Several durations, in milliseconds; written `0s, 5s, 15s`. */
  | { readonly kind: "durations" }
  /** Tokens; written `800000`, `500k`, `2M`. */
  | { readonly kind: "tokens" }
  /** US dollars; written `5`, `0.50`. */
  | { readonly kind: "dollars" }
  /** In bytes; written `64KiB`, `2GiB`. */
  | { readonly kind: "size" };

/** A value that has been read. */
export type Value = string | number | boolean | readonly Gate[] | readonly number[];

/** A value, or what is wrong with its text. */
export type Reading =
  | { readonly ok: true; readonly value: Value }
  | Refusal;

/** What is wrong with the text of a value. */
export interface Refusal {
  readonly ok: false;
  /** Says what is allowed, to follow the key's name: `must be ...`. */
  readonly must: string;
  /** The text is too long to be shown. */
  readonly isTooLong?: true;
}

/** The message for a text that is no value of a key. */
export function refusalOf(key: string, { must, isTooLong }: Refusal, text: string): string {
  return isTooLong ? `${key} ${must}` : `${key} ${must}, got "${text}"`;
}

/**
 * Reads a value by its source text, wherever it comes from, so that a flag, a variable and a file mean
 * the same by the same letters. Numbers are digits and nothing else: `08`, `-1` and `1e9` are mistakes.
 */
export function readValue(kind: Kind, text: string): Reading {
  switch (kind.kind) {
    case "text":
    case "path":
      return { ok: true, value: text };
    case "switch":
      return text === "true" || text === "false"
        ? { ok: true, value: text === "true" }
        : { ok: false, must: "must be true or false" };
    case "count": {
      const value = /^(0|[1-9][0-9]{0,14})$/.test(text) ? Number(text) : undefined;
      return value !== undefined && value >= kind.min
        ? { ok: true, value }
        : { ok: false, must: `must be a whole number from ${kind.min} up` };
    }
    case "choice":
      return kind.of.includes(text)
        ? { ok: true, value: text }
        : { ok: false, must: `must be one of ${kind.of.join(", ")}` };
    case "duration":
      return readDuration(text, kind.min ?? 0);
    case "durations":
      return readDurations(text);
    case "tokens":
      return readTokens(text);
    case "dollars":
      return readDollars(text);
    case "size":
      return readSize(text);
    case "gates": {
      if (text.trim() === "") return { ok: false, must: "must be a command" };
      const tooLong = lengthProblem(text);
      return tooLong === undefined
        ? { ok: true, value: [gateOf(text)] }
        : { ok: false, must: tooLong, isTooLong: true };
    }
  }
}

/** A gate of which only the command is known. */
export function gateOf(command: string): Gate {
  return { name: command, command, timeoutMs: null };
}

const DURATION_UNITS = [["d", 86_400_000], ["h", 3_600_000], ["m", 60_000], ["s", 1_000]] as const;

/** Parts from the largest unit to the smallest, each at most once; `0` alone needs no unit. */
function readDuration(text: string, min: number): Reading {
  const least = min === 0 ? "" : ` of at least ${writeDuration(min)}`;
  const wrong: Reading = { ok: false, must: `must be a duration${least} such as 90s, 5m or 1h30m` };
  if (text === "0" && min === 0) return { ok: true, value: 0 };
  const parts = /^(?:(\d{1,6})d)?(?:(\d{1,8})h)?(?:(\d{1,6})m)?(?:(\d{1,6})s)?$/.exec(text)?.slice(
    1,
  );
  if (text === "" || parts === undefined) return wrong;
  if (parts.some((part) => part !== undefined && /^0\d/.test(part))) return wrong;
  const ms = DURATION_UNITS.reduce(
    (sum, [, factor], index) => sum + Number(parts[index] ?? 0) * factor,
    0,
  );
  return ms < min ? wrong : { ok: true, value: ms };
}

function readDurations(text: string): Reading {
  const readings = text.split(",").map((part) => readDuration(part.trim(), 0));
  const values = readings.flatMap((reading) =>
    reading.ok && typeof reading.value === "number" ? [reading.value] : []
  );
  return values.length === readings.length
    ? { ok: true, value: values }
    : { ok: false, must: "must be durations such as 0s, 5s, 15s" };
}

const TOKEN_UNITS: Readonly<Record<string, number>> = { "": 1, k: 1_000, M: 1_000_000 };

function readTokens(text: string): Reading {
  const [, digits, fraction = "", unit = ""] =
    /^(0|[1-9][0-9]{0,11})(?:\.([0-9]{1,3})(?=k|M))?(k|M)?$/.exec(text) ?? [];
  // In whole numbers: 1.005 times 1000 is less than 1005.
  const value = Number(`${digits}${fraction}`) * (TOKEN_UNITS[unit] ?? 1) / 10 ** fraction.length;
  return digits !== undefined && Number.isSafeInteger(value)
    ? { ok: true, value }
    : { ok: false, must: "must be a number of tokens such as 800000, 500k or 2M" };
}

function writeTokens(value: number): string {
  const fitting = Object.entries(TOKEN_UNITS).findLast(([, factor]) => value % factor === 0);
  return fitting === undefined || value === 0
    ? String(value)
    : `${value / fitting[1]}${fitting[0]}`;
}

function readDollars(text: string): Reading {
  return /^(0|[1-9][0-9]{0,8})(\.[0-9]{1,4})?$/.test(text)
    ? { ok: true, value: Number(text) }
    : { ok: false, must: "must be an amount of US dollars such as 5 or 0.50" };
}

function writeDuration(ms: number): string {
  if (ms === 0) return "0";
  let rest = ms;
  // In hours at most: `24h` is how people speak of it.
  return DURATION_UNITS.slice(1).map(([unit, factor]) => {
    const count = Math.floor(rest / factor);
    rest -= count * factor;
    return count === 0 ? "" : `${count}${unit}`;
  }).join("");
}

const UNITS: Readonly<Record<string, number>> = {
  B: 1,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
};

function readSize(text: string): Reading {
  const [, digits, unit] = /^(0|[1-9][0-9]{0,9})(B|KiB|MiB|GiB)$/.exec(text) ?? [];
  const factor = unit === undefined ? undefined : UNITS[unit];
  return digits !== undefined && factor !== undefined
    ? { ok: true, value: Number(digits) * factor }
    : { ok: false, must: "must be a size such as 64KiB or 2GiB" };
}

/** Writes a value as `readValue` reads it. */
export function writeValue(kind: Kind, value: Value): string {
  if (typeof value === "object") {
    const write = (item: Gate | number): string =>
      typeof item === "number" ? item === 0 ? "0s" : writeDuration(item) : writeGate(item);
    return value.map(write).join(", ");
  }
  if (kind.kind === "tokens" && typeof value === "number") return writeTokens(value);
  if (kind.kind === "duration" && typeof value === "number") return writeDuration(value);
  if (kind.kind !== "size" || typeof value !== "number") return String(value);
  const fitting = Object.entries(UNITS).findLast(([, factor]) => value % factor === 0);
  return fitting === undefined || value === 0 ? `${value}B` : `${value / fitting[1]}${fitting[0]}`;
}

function writeGate({ name, command }: Gate): string {
  return name === command ? command : `${name}: ${command}`;
}

/** How the help shows what a flag takes; `undefined` for a switch. */
export function placeholder(kind: Kind): string | undefined {
  switch (kind.kind) {
    case "text":
      return "text";
    case "path":
      return "path";
    case "switch":
      return undefined;
    case "count":
      return "count";
    case "choice":
      return "word";
    case "duration":
      return "duration";
    case "size":
      return "size";
    case "gates":
      return "command";
    case "durations":
      return "durations";
    case "tokens":
      return "tokens";
    case "dollars":
      return "dollars";
  }
}
