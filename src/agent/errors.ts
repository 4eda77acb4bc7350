/** The agent did not do its part: it crashed, answered with an error, or fell silent. */
export class AgentError extends Error {
  override readonly name = "AgentError";
  /** The last line it printed on stderr; empty when there was none. */
  readonly lastWords: string;

  constructor(message: string, lastWords: string) {
    super(message);
    this.lastWords = lastWords;
  }
}
