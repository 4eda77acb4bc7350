import { UserError } from "../platform/failure.ts";

/**
 * Reads a whole number by its source text: digits and nothing else, so that `08`, `-1` and `1e9` are
 * mistakes and never "unlimited".
 *
 * @param where the flag, variable or place in a file, for the message.
 * @throws {UserError} for anything else.
 */
export function readWholeNumber(where: string, text: string): number {
  const value = /^(0|[1-9][0-9]{0,14})$/.test(text) ? Number(text) : undefined;
  if (value === undefined) {
    throw new UserError(`${where} must be a whole number from 0 up, got "${text}"`);
  }
  return value;
}
