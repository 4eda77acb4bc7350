import { shortHash } from "./hash.ts";

/** A command that has to succeed before a session counts as done. */
export interface Gate {
  /** What it is called in lines and events; unique among the gates of a run. */
  readonly name: string;
  /** What `sh -c` gets. */
  readonly command: string;
  /** Milliseconds; null = the usual limit. */
  readonly timeoutMs: number | null;
}

/** What gates are run for: to know what fails before the session begins, or to judge its work. */
export type GatePurpose = "baseline" | "judgement";

/** What the last judgement of a session said. */
export interface Judgement {
  /** ISO time. */
  readonly at: string;
  readonly passed: boolean;
  /** Names of the gates that failed, without those that were tolerated. */
  readonly failed: readonly string[];
  /** Names of the gates that failed, as they did before the session began. */
  readonly tolerated: readonly string[];
  /** Fingerprint of the gates that were run: another set has not been judged by. */
  readonly gates: string;
  /** The last iteration begun before it. */
  readonly iteration: number;
  /** The commit that was judged, null outside git, and whether files differed from it. */
  readonly commit: string | null;
  readonly dirty: boolean;
  /** How many judgements of the run have failed in a row, with this one. */
  readonly inARow: number;
}

/** What the gates said before the session touched anything. */
export interface GateBaseline {
  /** Names of the gates that failed. */
  readonly failed: readonly string[];
  /** Their fingerprints; absent in logs of versions that kept none. */
  readonly marks?: readonly string[];
  readonly commit: string | null;
}

/**
 * Whether a gate failed before the session touched anything: it, and not another command that has come
 * under its name since.
 */
export function failedBefore(gate: Gate, { failed, marks }: GateBaseline): boolean {
  return marks === undefined ? failed.includes(gate.name) : marks.includes(gatesMark([gate]));
}

/** Fingerprint of gates and their commands; empty when there are none. */
export function gatesMark(gates: readonly Gate[]): string {
  if (gates.length === 0) return "";
  return shortHash(JSON.stringify(gates.map(({ name, command }) => [name, command])));
}
