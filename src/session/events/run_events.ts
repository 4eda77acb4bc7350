import type { EndingReason } from "../ending.ts";
import type { HookName } from "../hook.ts";
import type { StoredText } from "../stored_text.ts";
import type { Usage } from "../usage.ts";

/** Events of a session and of its runs. */
export interface RunEvents {
  readonly "session.created": { readonly spec: string | null };
  readonly "session.completed": {
    /** True when the loop took it as declared because the agent did not answer. */
    readonly assumed: boolean;
  };
  readonly "session.reopened": { readonly why: string };
  /** The first event of an epoch that follows another one. */
  readonly "session.reset": {
    /** The file name of the old epoch's log, in the archive of the data directory. */
    readonly archive: string;
  };
  /** The spec as it was read: at the session's first run, and whenever it has changed since. */
  readonly "spec.recorded": {
    readonly path: string;
    readonly text: StoredText;
    /** Whether there was another text before. */
    readonly changed: boolean;
  };
  readonly "run.started": {
    readonly pid: number;
    readonly host: string;
    readonly version: string;
    readonly spec: string;
    readonly root: string;
    readonly model: string;
    readonly command: readonly string[];
    /** 0 = unlimited. */
    readonly iterations: number;
    readonly timeMs: number;
    /** The moments at which it runs hooks, and the names of its gates; absent when there are none. */
    readonly hooks?: readonly HookName[];
    readonly gates?: readonly string[];
    /** Fingerprint of all gates and their commands; absent when there are none. */
    readonly gatesMark?: string;
    /** Budgets of the session's whole life, tokens and US dollars; absent when there are none. */
    readonly maxTokens?: number;
    readonly maxCost?: number;
    /** Guards that were switched off; absent when all are on. */
    readonly off?: readonly string[];
  };
  /** Somebody wants the run that is going on to end. */
  readonly "run.stop": {
    /** At once, in the middle of a turn; else after the iteration that is going on. */
    readonly now: boolean;
  };
  readonly "run.ended": {
    readonly reason: EndingReason;
    readonly code: number;
    readonly message: string;
    readonly hints: readonly string[];
    /** Iterations this run has begun. */
    readonly iterations: number;
    readonly ms: number;
    readonly usage: Usage;
    /** Whether the agent was told, in a turn for that alone, what a hook complained of last. */
    readonly told?: true;
  };
  /** Somebody wants a run that waits to go on now. */
  readonly "run.resume": Readonly<Record<string, never>>;
  readonly "warning": { readonly message: string };
}
