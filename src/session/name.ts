import { shortHash } from "./hash.ts";

/** The longest session name, in characters (all of them are one byte long). */
export const MAX_NAME = 64;

const VALID = /^[A-Za-z0-9_-]{1,64}$/;
const HASH_DIGITS = 8;

/** What a session may be called, in words for messages. */
export const NAME_RULE = `1 to ${MAX_NAME} of A-Z, a-z, 0-9, "_" and "-"`;

/** Whether a text given by a person may name a session. */
export function isSessionName(text: string): boolean {
  return VALID.test(text);
}

/**
 * Names a session after its spec. Characters that a name cannot hold become `-`; where nothing
 * readable is left, or too much, a hash of the stem keeps two specs from sharing a session.
 *
 * @param stem the spec's file name without directory and last extension; may be anything.
 */
export function sessionNameFromStem(stem: string): string {
  const name = stem.replace(/[^A-Za-z0-9_-]/gu, "-");
  const hash = shortHash(stem).slice(0, HASH_DIGITS);
  if (!/[A-Za-z0-9]/.test(name)) return `spec-${hash}`;
  if (name.length > MAX_NAME) return `${name.slice(0, MAX_NAME - HASH_DIGITS - 1)}-${hash}`;
  return name;
}
