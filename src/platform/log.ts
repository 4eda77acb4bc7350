import type { Clock } from "./clock.ts";
import { parentPath } from "./paths.ts";

/** Levels, from the least to the most important. */
export const LOG_LEVELS = ["debug", "info", "warn", "error"] as const;

/** One of {@linkcode LOG_LEVELS}. */
export type LogLevel = typeof LOG_LEVELS[number];

/** Narrows a word to a level; anything else is `info`. */
export function asLogLevel(word: string): LogLevel {
  return LOG_LEVELS.find((level) => level === word) ?? "info";
}

/** Facts of a record, by name. */
export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** Writes records for whoever has to find out afterwards what happened. Never on stdout. */
export interface Log {
  /** Whether records of a level are written at all. */
  writes(level: LogLevel): boolean;
  record(level: LogLevel, module: string, message: string, fields?: LogFields): void;
  /** Takes secrets out of a text, for whoever shortens it: half a secret would not be known. */
  mask(text: string): string;
}

/** A log that is not kept. */
export const NO_LOG: Log = {
  writes: () => false,
  record: () => undefined,
  mask: (text) => text,
};

/** How to keep a log. */
export interface LogOptions {
  readonly file: string;
  readonly level: LogLevel;
  readonly clock: Clock;
  /** Takes secrets out of a text. */
  mask(text: string): string;
}

/**
 * Opens a log file for appending, one line of logfmt for each record. Each line is one write, so that
 * several processes can share the file.
 *
 * @throws what the system says when the file cannot be opened.
 */
export function openLog({ file, level, clock, mask }: LogOptions): Log & Disposable {
  Deno.mkdirSync(parentPath(file), { recursive: true });
  const handle = Deno.openSync(file, { append: true, create: true, mode: 0o600 });
  const encoder = new TextEncoder();
  const writes = (wanted: LogLevel): boolean =>
    LOG_LEVELS.indexOf(wanted) >= LOG_LEVELS.indexOf(level);
  return {
    writes,
    mask,
    record: (wanted, module, message, fields = {}) => {
      if (!writes(wanted)) return;
      const pairs = Object.entries({
        time: clock.now().toISOString(),
        level: wanted,
        module,
        message,
        ...fields,
      }).flatMap(([key, value]) =>
        value === undefined ? [] : [`${key}=${quoted(mask(String(value)))}`]
      );
      try {
        handle.writeSync(encoder.encode(`${pairs.join(" ")}\n`));
      } catch {
        // A log that cannot be written is no reason to stop working.
      }
    },
    [Symbol.dispose]: () => handle.close(),
  };
}

function quoted(text: string): string {
  return /^[^\s"=\p{Cc}]+$/u.test(text) ? text : JSON.stringify(text);
}
