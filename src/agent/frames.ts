import type { AnyMessage, Stream } from "@agentclientprotocol/sdk";
import { asObject, type JsonObject } from "../platform/json.ts";

/** The longest frame that is taken, in bytes; a longer one is dropped as a whole. */
export const MAX_FRAME_BYTES = 32 * 1024 * 1024;

const NEWLINE = 10;

/** The pipes of an agent. */
export interface Pipes {
  readonly stdin: WritableStreamDefaultWriter<Uint8Array>;
  readonly stdout: ReadableStream<Uint8Array>;
}

/** Who is told what comes in and is no answer or request. */
export interface FrameListener {
  /**
   * Gets notifications as they come. They do not take the way through the SDK, which would complain about
   * those that it does not know, and bring them behind the answer that follows them.
   */
  onNotification(method: string, params: unknown): void;
  /** Told of what was dropped. */
  onOddity(what: string): void;
  /** Told of every line that goes out (`>`) or comes in (`<`). */
  onLine?(direction: ">" | "<", line: string): void;
}

/**
 * Makes the SDK's message stream out of an agent's pipes. The SDK's own (`ndJsonStream`) answers what
 * is no JSON with an error and ends the connection over a frame that is too long. Agents print
 * banners and warnings on stdout: here such lines are passed over and told to `onOddity`, an answer to
 * no question of ours likewise, and a request's id may come back as a text.
 */
export function frameStream(pipes: Pipes, listener: FrameListener): Stream {
  const asked = new Map<string, unknown>();
  const { onOddity } = listener;
  return {
    readable: frames(pipes.stdout, (line) => accept(line, asked, listener), onOddity),
    writable: messages(pipes.stdin, asked, listener),
  };
}

function messages(
  stdin: WritableStreamDefaultWriter<Uint8Array>,
  asked: Map<string, unknown>,
  { onLine }: FrameListener,
): WritableStream<AnyMessage> {
  const encoder = new TextEncoder();
  return new WritableStream({
    write: (message) => {
      if ("method" in message && "id" in message) asked.set(String(message.id), message.id);
      const line = JSON.stringify(message);
      onLine?.(">", line);
      return stdin.write(encoder.encode(`${line}\n`));
    },
    close: () => stdin.close(),
    abort: (reason) => stdin.abort(reason),
  });
}

function accept(
  line: string,
  asked: Map<string, unknown>,
  { onNotification, onOddity, onLine }: FrameListener,
): AnyMessage | undefined {
  if (line.trim() === "") return undefined;
  onLine?.("<", line);
  const message = parseObject(line);
  if (message === undefined) {
    onOddity(`a line that is no protocol message: ${line.slice(0, 200)}`);
    return undefined;
  }
  const method = message["method"];
  if (typeof method === "string" && message["id"] === undefined) {
    onNotification(method, message["params"]);
    return undefined;
  }
  if (method !== undefined) return { ...message, jsonrpc: "2.0" } as AnyMessage;
  const id = idOf(message["id"]);
  if (id === undefined || !asked.has(id)) {
    onOddity(`an answer to no question: ${line.slice(0, 200)}`);
    return undefined;
  }
  const answer = { ...message, jsonrpc: "2.0", id: asked.get(id) };
  asked.delete(id);
  return answer as AnyMessage;
}

/** An id as a text, since some agents answer with another kind of it; an object is none. */
function idOf(id: unknown): string | undefined {
  return typeof id === "string" || typeof id === "number" ? String(id) : undefined;
}

function parseObject(line: string): JsonObject | undefined {
  try {
    return asObject(JSON.parse(line));
  } catch {
    return undefined;
  }
}

function frames(
  stdout: ReadableStream<Uint8Array>,
  parse: (line: string) => AnyMessage | undefined,
  onOddity: (what: string) => void,
): ReadableStream<AnyMessage> {
  const reader = stdout.getReader();
  const lines = new LineSplitter(onOddity);
  return new ReadableStream({
    pull: async (controller) => {
      for (let delivered = 0; delivered === 0;) {
        const { value, done } = await reader.read();
        if (done) {
          controller.close();
          return;
        }
        for (const line of lines.push(value)) {
          const message = parse(line);
          if (message === undefined) continue;
          controller.enqueue(message);
          delivered++;
        }
      }
    },
    cancel: (reason) => reader.cancel(reason),
  });
}

/** Cuts bytes into lines; a line that is still unfinished waits for its end, up to the limit. */
class LineSplitter {
  #pieces: Uint8Array[] = [];
  #bytes = 0;
  #dropping = false;
  readonly #decoder = new TextDecoder();
  readonly #onOddity: (what: string) => void;

  constructor(onOddity: (what: string) => void) {
    this.#onOddity = onOddity;
  }

  *push(chunk: Uint8Array): Generator<string> {
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, from)) {
      this.#keep(chunk.subarray(from, end));
      from = end + 1;
      if (!this.#dropping) yield this.#take();
      this.#dropping = false;
    }
    this.#keep(chunk.subarray(from));
  }

  #keep(piece: Uint8Array): void {
    if (this.#dropping) return;
    this.#pieces.push(piece);
    this.#bytes += piece.length;
    if (this.#bytes <= MAX_FRAME_BYTES) return;
    this.#onOddity(`a message of more than ${MAX_FRAME_BYTES} bytes`);
    this.#take();
    this.#dropping = true;
  }

  #take(): string {
    const whole = this.#dropping || this.#pieces.length === 1 ? this.#pieces[0] : this.#join();
    this.#pieces = [];
    this.#bytes = 0;
    return whole === undefined ? "" : this.#decoder.decode(whole);
  }

  #join(): Uint8Array {
    const whole = new Uint8Array(this.#bytes);
    let at = 0;
    for (const piece of this.#pieces) {
      whole.set(piece, at);
      at += piece.length;
    }
    return whole;
  }
}
