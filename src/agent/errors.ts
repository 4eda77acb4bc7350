/** An answer of an agent that was an error (JSON-RPC). */
export interface RpcFailure {
  readonly code: number;
  readonly message: string;
  readonly data: unknown;
}

/** The agent did not do its part: it crashed, answered with an error, or fell silent. */
export class AgentError extends Error {
  override readonly name = "AgentError";
  /** The line on stderr that says most; empty when there was none. */
  readonly lastWords: string;
  /** What it answered, when that was the failure. */
  readonly rpc: RpcFailure | undefined;
  /** The end of stderr, line by line. */
  readonly lastLines: readonly string[];

  constructor(
    message: string,
    lastWords: string,
    rpc?: RpcFailure,
    lastLines: readonly string[] = [],
  ) {
    super(message);
    this.lastWords = lastWords;
    this.rpc = rpc;
    this.lastLines = lastLines;
  }
}
