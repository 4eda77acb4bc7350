import { HOOK_NAMES, type HookName } from "../session/hook.ts";

/** A command that is run at a moment of a run. */
export interface Hook {
  readonly name: HookName;
  /** As it is written. */
  readonly command: string;
  /** What the shell gets: with references to variables put in. */
  readonly script: string;
  readonly timeoutMs: number;
  /** Whether the agent gets to see what it prints. */
  readonly pipeOutput: boolean;
}

/** The hooks of a project, each list in the order in which it is run. */
export type Hooks = Readonly<Record<HookName, readonly Hook[]>>;

/** What there is without a file. */
export const NO_HOOKS = Object.fromEntries(
  HOOK_NAMES.map((name) => [name, []]),
) as unknown as Hooks;
