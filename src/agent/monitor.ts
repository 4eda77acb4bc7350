import type { ModelUsage, Usage } from "../session/usage.ts";

/** What an agent tells beside the protocol, in a form for programs. Nothing here ever throws. */
export interface AgentMonitor {
  /** What a session and its sub-agents have spent so far; `undefined` when that cannot be told. */
  usage(session: string): Promise<Usage | undefined>;
  /** The same by model. */
  usageByModel(session: string): Promise<readonly ModelUsage[] | undefined>;
  /** Why the last model call of a session has failed; `undefined` when it has not, or nobody knows. */
  lastError(session: string): Promise<ProviderError | undefined>;
  /** Follows what goes on in the agent's process, in all its sessions, until the signal aborts. */
  follow(listener: MonitorListener, signal: AbortSignal): Promise<void>;
}

/** Who is told what goes on. */
export interface MonitorListener {
  /** The provider has refused for now: the agent waits until then (epoch milliseconds). */
  onWaiting(until: number, message: string): void;
  /** The model has been called once more; `isEmpty` when neither text nor a tool came of it. */
  onModelCall(isEmpty: boolean): void;
}

/** What a provider has answered to a call that failed. */
export interface ProviderError {
  /** The agent's own name for the kind of failure. */
  readonly name: string;
  readonly message: string;
  /** HTTP status; `undefined` when there was no answer. */
  readonly status: number | undefined;
  /** By names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** As it came. */
  readonly body: string;
}
