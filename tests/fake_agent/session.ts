import type { Choices } from "./models.ts";
import type { Turn, TurnResult } from "./turn.ts";

/** One ACP session. Only the agent and its turns change it. */
export interface Session {
  readonly id: string;
  readonly cwd: string;
  choices: Choices;
  /** US dollars spent so far. */
  cost: number;
  /** The turn that runs now, and what its prompt will be answered with. */
  running: Running | undefined;
}

/** A turn under way. */
export interface Running {
  readonly turn: Turn;
  readonly result: Promise<TurnResult>;
}
