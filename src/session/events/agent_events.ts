import type { StoredText } from "../stored_text.ts";

/** Events of the agent and of its turns. */
export interface AgentEvents {
  readonly "agent.started": {
    readonly pid: number;
    readonly name: string;
    readonly version: string;
    readonly model: string;
  };
  /** The agent's process is gone. */
  readonly "agent.ended": {
    readonly pid: number;
    /** Null when it was ended by the signal. */
    readonly code: number | null;
    readonly signal: string | null;
  };
  /** The agent waits for its provider, and says so: its silence is no fault. */
  readonly "agent.waiting": {
    /** ISO time at which it asks again. */
    readonly until: string;
    readonly message: string;
  };
  /** The agent's process is about to be started anew. */
  readonly "agent.renewed": { readonly why: string };
  readonly "agent.message": { readonly message: string; readonly text: string };
  readonly "agent.thought": {
    readonly message: string;
    readonly text: string;
    readonly ms: number;
  };
  readonly "agent.tool": ToolCall & {
    readonly outcome: ToolOutcome;
    /** The exit code of a command; null when there was none. */
    readonly exit: number | null;
    readonly ms: number;
    /** Lines added and removed by an edit; null when the call was none. */
    readonly lines: { readonly added: number; readonly removed: number } | null;
    /** What it printed or returned; the middle of a very long output is left out, and marked. */
    readonly output: StoredText;
    /** The end of it, when the call failed. */
    readonly tail: string;
  };
  /** A turn that brought nothing ended with a question, which nobody will answer. */
  readonly "agent.question": { readonly text: string };
  /** The agent's own list of steps, as it stands now. */
  readonly "agent.plan": { readonly steps: readonly PlanStep[] };
  /** From here to the end of the iteration only the last part of the agent's output is kept. */
  readonly "agent.omitted": {
    /** How much output has been kept until here, in characters. */
    readonly kept: number;
  };
}

/** How a tool call of the agent went. */
export type ToolOutcome = "ok" | "failed";

/** What a tool call was about, reduced to what a reader of the log wants to see of it. */
export interface ToolCall {
  /** The agent's id of the call, unique within its session. */
  readonly call: string;
  /** The protocol's kind (`execute`, `edit`, `read`, `search`, `fetch`, `think`, `other`). */
  readonly kind: string;
  /** The tool's own name, as `bash` or `write`. */
  readonly tool: string;
  /** The argument that matters: a command, path, pattern or URL. */
  readonly argument: string;
  /** Whether the call hands work to a sub-agent. */
  readonly subagent: boolean;
}

/** A step of a list that the agent keeps for itself; not to be mixed up with a task. */
export interface PlanStep {
  readonly text: string;
  readonly status: "pending" | "in_progress" | "completed" | "cancelled";
}
