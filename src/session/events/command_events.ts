import type { GatePurpose } from "../gate.ts";
import type { HookName } from "../hook.ts";
import type { StoredText } from "../stored_text.ts";

/** Events of commands that iteratr runs itself: hooks and gates. */
export interface CommandEvents {
  /** A hook has been run. */
  readonly "hook.ended": CommandFacts & {
    readonly hook: HookName;
    /** Whether its output waits for the next prompt. */
    readonly held: boolean;
    /** The task whose completion it was run for, and the completion's event. */
    readonly task?: number;
    readonly completion?: number;
    /** Whether further hooks are to be run for that completion. */
    readonly more?: boolean;
  };
  /** The held output of hooks has gone to the agent, up to that event. */
  readonly "hook.delivered": { readonly through: number };
  /** Gates are about to be run. */
  readonly "verify.started": { readonly for: GatePurpose; readonly gates: readonly string[] };
  readonly "gate.ended": CommandFacts & {
    readonly for: GatePurpose;
    readonly name: string;
    readonly passed: boolean;
    /** Tracked files that were other ones when it had ended; the first of them. */
    readonly changed: readonly string[];
  };
  /** What the gates say of the session. */
  readonly "verify.ended": {
    readonly for: GatePurpose;
    readonly passed: boolean;
    /** Names of the gates that failed, and of those that were allowed to. */
    readonly failed: readonly string[];
    readonly tolerated: readonly string[];
    /** Fingerprints of the gates that failed, each with its command; absent when none did. */
    readonly marks?: readonly string[];
    /** Fingerprint of all gates and their commands. */
    readonly gates: string;
    /** What was judged: the commit that HEAD was at (null outside git), and a mark of all files. */
    readonly commit: string | null;
    readonly work: string;
    /** Whether files differed from that commit. */
    readonly dirty: boolean;
  };
}

/** What is kept of a command that iteratr has run itself. */
export interface CommandFacts {
  readonly command: string;
  readonly end: CommandEnd;
  /** Its exit code; null when it had none. */
  readonly exit: number | null;
  readonly ms: number;
  /** How much it printed in all, and the SHA-256 of that, in hexadecimal. */
  readonly bytes: number;
  readonly sha256: string;
  /** The beginning and the end of it; a cut is marked. */
  readonly output: StoredText;
  /** The last of it, short enough for a line or two. */
  readonly tail: string;
}

/** How a command came to its end; `stopped` means that the run had to end. */
export type CommandEnd = "exited" | "killed" | "timed-out" | "stopped" | "not-started";
