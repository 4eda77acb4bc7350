import type { CommandWorld } from "../context.ts";

/** What commands are carried out with. */
export interface ProgramContext {
  readonly world: CommandWorld;
  /** The same, with an output in which nothing is masked: a copy of a log has to be true to it. */
  readonly asItIs: CommandWorld;
  /** Takes the exit code of a command that has one of its own. */
  finish(this: void, code: number): void;
}

/** The flag of every command that works on sessions. */
export const DATA_DIR = [
  "--data-dir <dir>",
  "where sessions are kept (default: .iteratr)",
] as const;
