import { complain, type Journal } from "./journal.ts";
import { type Fields, fieldsOf, isFields, parseJson } from "./json.ts";
import type { Wire } from "./wire.ts";

/** JSON-RPC allows both, and a client must not tell them apart by converting. */
export type Id = number | string;

/** An error that goes over the wire as it is. */
export class RpcError extends Error {
  override readonly name = "RpcError";
  readonly code: number;
  readonly data: unknown;

  constructor(code: number, message: string, data?: unknown) {
    super(message);
    this.code = code;
    this.data = data;
  }
}

/** What a method gives: the result, and what happens right after it went out. */
export interface Answer {
  readonly result: unknown;
  readonly after?: () => void;
}

/** Serves one method. `id` is that of the client's request; a notification has none. */
export type Handler = (params: Fields, id: Id | undefined) => Promise<Answer> | Answer;

/** One end of a JSON-RPC 2.0 conversation over lines: serves methods, sends requests, matches answers. */
export class Peer {
  readonly #wire: Wire;
  readonly #journal: Journal;
  readonly #pending = new Map<string, (frame: Fields) => void>();
  #handlers: ReadonlyMap<string, Handler> = new Map();
  #nextId = 0;

  constructor(wire: Wire, journal: Journal) {
    this.#wire = wire;
    this.#journal = journal;
  }

  /** Sets the methods that the client may call. */
  serve(handlers: ReadonlyMap<string, Handler>): void {
    this.#handlers = handlers;
  }

  /** Takes one line from the client. Never throws: what is not understood is logged and dropped. */
  receive(line: string): void {
    if (line.trim() === "") return;
    const frame = parseJson(line);
    if (!isFields(frame)) {
      this.#journal.line(line);
      return complain(`fake agent: not a JSON-RPC frame: ${line.slice(0, 200)}`);
    }
    this.#journal.frame(frame);
    const { id, method } = frame;
    const knownId = typeof id === "number" || typeof id === "string" ? id : undefined;
    if (typeof method === "string") void this.#handle(method, fieldsOf(frame["params"]), knownId);
    else if (knownId !== undefined) this.#settle(knownId, frame);
  }

  notify(method: string, params: unknown): void {
    this.#wire.send({ jsonrpc: "2.0", method, params });
  }

  /**
   * Asks the client something and gives its whole answer frame, with `result` or `error`.
   * Without an id of its own a request takes the next number; the first one is 0, as in opencode.
   */
  request(method: string, params: unknown, id: Id = this.#freeId()): Promise<Fields> {
    return new Promise((resolve) => {
      this.#pending.set(JSON.stringify(id), resolve);
      this.#wire.send({ jsonrpc: "2.0", id, method, params });
    });
  }

  #freeId(): number {
    while (this.#pending.has(String(this.#nextId))) this.#nextId++;
    return this.#nextId++;
  }

  #settle(id: Id, frame: Fields): void {
    const key = JSON.stringify(id);
    this.#pending.get(key)?.(frame);
    this.#pending.delete(key);
  }

  async #handle(method: string, params: Fields, id: Id | undefined): Promise<void> {
    const handler = this.#handlers.get(method);
    try {
      if (handler === undefined) {
        throw new RpcError(-32601, `"Method not found": ${method}`, { method });
      }
      const answer = await handler(params, id);
      if (id !== undefined) this.#wire.send({ jsonrpc: "2.0", id, result: answer.result });
      answer.after?.();
    } catch (thrown) {
      // Unknown notifications (`$/cancel_request`, ...) are ignored, as JSON-RPC wants it.
      if (id === undefined && handler === undefined) return;
      const error = thrown instanceof RpcError ? thrown : new RpcError(-32603, String(thrown));
      const { code, message, data } = error;
      const body = { code, message, ...(data === undefined ? {} : { data }) };
      complain(`Error handling request ${JSON.stringify({ id, method })} ${JSON.stringify(body)}`);
      if (id !== undefined) this.#wire.send({ jsonrpc: "2.0", id, error: body });
    }
  }
}
