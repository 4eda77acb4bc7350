import type { Gate } from "../session/gate.ts";

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
  /** In bytes; written `64KiB`, `2GiB`. */
  | { readonly kind: "size" };

/** A value that has been read. */
export type Value = string | number | boolean | readonly Gate[];

/** A value, or what is wrong with its text. */
export type Reading =
  | { readonly ok: true; readonly value: Value }
  /** Says what is allowed, to follow the key's name: `must be ...`. */
  | { readonly ok: false; readonly must: string };

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
    case "size":
      return readSize(text);
    case "gates":
      return text.trim() === ""
        ? { ok: false, must: "must be a command" }
        : { ok: true, value: [gateOf(text)] };
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
  const parts = /^(?:(\d{1,6})d)?(?:(\d{1,6})h)?(?:(\d{1,6})m)?(?:(\d{1,6})s)?$/.exec(text)?.slice(
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
  if (typeof value === "object") return value.map(writeGate).join(", ");
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
  }
}
