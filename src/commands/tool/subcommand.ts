import type { Actor } from "../../session/event.ts";
import type { Store } from "../../store/open.ts";
import type { Flags, FlagSpec } from "./flags.ts";

/** The open store, and which session is meant. */
export interface Opened {
  readonly store: Store;
  readonly session: string;
}

/** What a subcommand works with. */
export interface ToolContext {
  readonly flags: Flags;
  readonly actor: Actor;
  /** Opens the store, the first time: after the flags were judged, so that bad ones leave no trace. */
  open(): Promise<Opened>;
  /** The value of a flag, or all of standard input when it is `-`. */
  text(flag: string): Promise<string>;
  /** Something to know besides the answer; goes to stderr. */
  notice(line: string): void;
}

/** What a subcommand prints: words for the agent, or the same as JSON. */
export interface Answer {
  readonly words: string;
  readonly json: unknown;
}

/** One subcommand of `iteratr tool`. */
export interface Subcommand {
  readonly name: string;
  readonly help: string;
  /** Its own flags; `--name`, `--data-dir` and `--json` are everywhere. */
  readonly flags: readonly FlagSpec[];
  /** Whether it makes a session that is not there. */
  readonly creates: boolean;
  run(context: ToolContext): Promise<Answer>;
}
