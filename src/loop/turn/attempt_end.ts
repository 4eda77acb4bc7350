import type { AgentError } from "../../agent/errors.ts";
import type { Fault } from "../../agent/fault.ts";
import type { ModelUsage, Usage } from "../../session/usage.ts";
import type { KnownFigures } from "./usage_meter.ts";

/** What came of an attempt at the turn of an iteration. */
export interface Attempt {
  readonly end: AttemptEnd;
  /** The agent's id of the session that it was made in; `undefined` when no prompt was sent. */
  readonly session: string | undefined;
  /** Of this attempt. */
  readonly usage: Usage;
  readonly models: readonly ModelUsage[];
  /** Whether the agent has heard what hooks had to say in its prompt. */
  readonly hasHeard: boolean;
}

/** How an attempt ended. */
export type AttemptEnd =
  | {
    readonly kind: "ended";
    /** The agent's stop reason: a hint, not a fact. */
    readonly stop: string;
    /** The question that its last message ends with. */
    readonly question: string | undefined;
    /** Whether anybody has told what the turn cost. */
    readonly figures: KnownFigures;
  }
  | { readonly kind: "failed"; readonly error: AgentError; readonly fault: Fault };
