/** Every way in which a run can end (the table of the documentation; nothing else ends a run). */
export type EndingReason =
  | "complete"
  | "config"
  | "agent-failed"
  | "stalled"
  | "unverified"
  | "iterations"
  | "budget"
  | "stopped"
  | "busy"
  | "store"
  | "internal"
  | "interrupted"
  | "closed";

/** Signals that end a run, and the exit codes by which a shell knows them. */
export const SIGNAL_CODES = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

/** A signal of {@linkcode SIGNAL_CODES}. */
export type EndingSignal = keyof typeof SIGNAL_CODES;

/** Why a run ends, with the facts that its last line tells. */
export interface Ending {
  readonly reason: EndingReason;
  /** One sentence: what happened, with the values that matter. */
  readonly message: string;
  /** What to do next, each as `label: command or advice`. */
  readonly hints: readonly string[];
  /** True when there was nothing to do, so that no run was begun. */
  readonly isIdle?: true;
  /** Present when the reason is `interrupted`. */
  readonly signal?: EndingSignal;
}

/** The one mapping from an ending to the code with which the process exits. */
export function exitCode(ending: Pick<Ending, "reason" | "signal">): number {
  switch (ending.reason) {
    case "complete":
      return 0;
    case "config":
      return 1;
    case "agent-failed":
      return 2;
    case "stalled":
      return 3;
    case "unverified":
      return 4;
    case "iterations":
      return 5;
    case "budget":
      return 6;
    case "busy":
      return 7;
    case "stopped":
      return 8;
    case "store":
      return 9;
    case "internal":
      return 70;
    case "interrupted":
      return SIGNAL_CODES[ending.signal ?? "SIGINT"];
    case "closed":
      return 141;
  }
}
