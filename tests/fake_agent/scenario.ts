import type { Journal } from "./journal.ts";
import type { Fields } from "./json.ts";
import type { Options } from "./options.ts";
import type { Handler, Peer } from "./peer.ts";
import type { Session } from "./session.ts";
import type { Strikes } from "./strikes.ts";
import type { Turn, TurnResult } from "./turn.ts";
import type { Wire } from "./wire.ts";
import type { Catalogue } from "./models.ts";

/** Fills one turn. */
export type Prompt = (turn: Turn) => Promise<TurnResult>;

/** What a scenario is built from. */
export interface World {
  readonly options: Options;
  readonly wire: Wire;
  readonly peer: Peer;
  readonly journal: Journal;
  readonly strikes: Strikes;
  readonly catalogue: Catalogue;
  /** The turn of an agent that does its work: what a scenario does when its fault is not due. */
  readonly works: Prompt;
}

/** Where a scenario differs from an honest agent. What it leaves out is as usual. */
export interface Scenario {
  /** Before the first byte is read. */
  readonly start?: () => Promise<void>;
  /** Gets the usual answer to `initialize` and gives the one to send; may also never end. */
  readonly initialize?: (usual: Fields) => Promise<Fields> | Fields;
  /** The same for `session/new`. */
  readonly newSession?: (usual: Fields, session: Session) => Promise<Fields> | Fields;
  /** After the answer to `session/new` went out. */
  readonly afterNew?: (session: Session) => void;
  /** Fills a turn at which the fault is due. Without it prompts do not count for `strikes`. */
  readonly prompt?: Prompt;
  /** After the answer to `session/prompt` went out. */
  readonly afterTurn?: (session: Session) => void;
  /** Methods that are served differently; `undefined` takes one away. */
  readonly methods?: (
    sessionOf: (params: Fields) => Session,
  ) => Readonly<Record<string, Handler | undefined>>;
}

/** Builds a scenario; reads the options that are its own. */
export type MakeScenario = (world: World) => Scenario;

/** A promise for what never comes. */
export function never(): Promise<never> {
  return new Promise(() => {});
}
