import { stripVTControlCharacters } from "node:util";

/** `1m12s`, `6m08s`, `2h05m`, `3.4s`, `12s`: short, and never more than two units. */
export function formatDuration(ms: number): string {
  if (ms < 10_000) return `${(ms / 1000).toFixed(1)}s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds}s`;
  const pad = (value: number): string => String(value).padStart(2, "0");
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m${pad(seconds % 60)}s`;
  return `${Math.floor(seconds / 3600)}h${pad(Math.floor((seconds % 3600) / 60))}m`;
}

/** `950`, `18.2k`, `1.3M`: counts as a person reads them. */
export function formatCount(value: number): string {
  if (value < 1000) return String(value);
  // From here on the k would be rounded up to a thousand of them.
  if (value < 999_950) return `${(value / 1000).toFixed(1)}k`;
  return `${(value / 1_000_000).toFixed(1)}M`;
}

/** `512 KiB`, `1.5 GiB`: bytes as a person reads them. */
export function formatSize(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB"];
  const power = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  const value = bytes / 1024 ** power;
  return `${value < 10 && power > 0 ? value.toFixed(1) : Math.round(value)} ${units[power]}`;
}

/** `1 task`, `2 tasks`; a noun that does not just take an s has its plural given. */
export function plural(count: number, noun: string, several: string = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : several}`;
}

/** US dollars: cents from a cent up, as many digits as matter below. */
export function formatCost(dollars: number): string {
  if (dollars === 0 || dollars >= 0.01) return `$${dollars.toFixed(2)}`;
  const digits = new Intl.NumberFormat("en-US", {
    maximumSignificantDigits: 1,
    maximumFractionDigits: 20,
  });
  return `$${digits.format(dollars)}`;
}

/**
 * Text of somebody else made fit to be printed: no escape sequence and no control character but the
 * line break and the tab is left, and nothing that turns the direction of writing, so that no agent can
 * move the cursor, recolour the terminal or show what is not there.
 */
export function printable(text: string): string {
  return stripVTControlCharacters(text).replaceAll(
    /[[\p{Cc}--[\n\t]]\u202a-\u202e\u2066-\u2069]/gv,
    "",
  );
}

/** The first so many UTF-16 units of a text, but one less where that would cut a character in two. */
export function headOf(text: string, units: number): string {
  const isSplit = text.length > units && /[\ud800-\udbff]/.test(text.charAt(units - 1));
  return text.slice(0, isSplit ? units - 1 : units);
}

/** The last so many UTF-16 units of a text, but one less where that would cut a character in two. */
export function tailOf(text: string, units: number): string {
  const start = Math.max(0, text.length - units);
  const isSplit = start > 0 && /[\udc00-\udfff]/.test(text.charAt(start));
  return text.slice(isSplit ? start + 1 : start);
}

/** A text of at most so many UTF-16 units: its beginning and its end, with a mark where it was cut. */
export function withoutMiddle(text: string, units: number): string {
  if (text.length <= units) return text;
  const half = Math.floor(units / 2);
  const left = text.length - 2 * half;
  return `${headOf(text, half)}\n[... ${left} characters left out ...]\n${tailOf(text, half)}`;
}

/** A text as one line, its lines joined by blanks, cut to a width with an ellipsis. */
export function oneLine(text: string, width: number): string {
  const line = text.replaceAll(/\s+/g, " ").trim();
  return line.length <= width ? line : `${headOf(line, Math.max(0, width - 3))}...`;
}
