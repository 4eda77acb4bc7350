import { messageOf } from "../platform/failure.ts";

/** What can be wrong with a store, as far as it matters to what happens next. */
export type StoreFault =
  | "busy"
  | "damaged"
  | "full"
  | "missing"
  | "newer"
  | "not-a-store"
  | "read-only"
  | "unknown";

/** The store cannot do what was asked. The message is for a person and names the file. */
export class StoreError extends Error {
  override readonly name = "StoreError";
  readonly fault: StoreFault;

  constructor(fault: StoreFault, message: string, options?: ErrorOptions) {
    super(message, options);
    this.fault = fault;
  }
}

/**
 * Deno KV throws plain errors; only their texts tell them apart (SQLite's own, stable for decades).
 */
const TEXTS: readonly (readonly [text: string, fault: StoreFault, words: string])[] = [
  ["database is locked", "busy", "another process has kept it locked for too long"],
  ["malformed", "damaged", "it is damaged"],
  ["file is not a database", "not-a-store", "it is no iteratr store"],
  ["disk is full", "full", "the disk is full"],
  ["disk I/O error", "full", "the disk cannot be written"],
  ["readonly database", "read-only", "it cannot be written"],
  ["read-only database", "read-only", "it cannot be written"],
  [
    "unable to open database",
    "read-only",
    "it cannot be opened (is it on a read-only disk, or somebody else's?)",
  ],
];

/** Whether another connection was writing just then: nothing was applied, trying again is safe. */
export function isLocked(error: unknown): boolean {
  return error instanceof Error && error.message.includes("database is locked");
}

/** Turns whatever Deno KV threw into a {@linkcode StoreError} that names the file. */
export function storeError(error: unknown, file: string): StoreError {
  if (error instanceof StoreError) return error;
  const text = messageOf(error);
  const [, fault, words] = TEXTS.find(([part]) => text.includes(part)) ??
    ["", "unknown" as const, text];
  return new StoreError(fault, `the store ${file} cannot be used: ${words}`, { cause: error });
}
