/** The protocol's codes for what a person must mend: the other side cannot do what it was asked for. */
const METHOD_NOT_FOUND = -32601;
const INVALID_PARAMS = -32602;
const AUTH_REQUIRED = -32000;

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

/** Whether an agent has answered that a login is missing. */
export function isLoginMissing({ code }: Pick<RpcFailure, "code">): boolean {
  return code === AUTH_REQUIRED;
}

/** Whether an agent has refused what it was asked for, and will do so the next time too. */
export function isRefusal({ code }: Pick<RpcFailure, "code">): boolean {
  return code === METHOD_NOT_FOUND || code === INVALID_PARAMS;
}
