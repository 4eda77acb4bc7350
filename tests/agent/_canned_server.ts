import type { OpencodeServer } from "../../src/agent/opencode_server.ts";

/** What a canned server answers to a path; `undefined` is a 404. */
export type Answers = (url: URL, request: Request) => Response | Promise<Response> | undefined;

/** A server on loopback that plays canned answers in place of opencode's. */
export class CannedServer implements AsyncDisposable {
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #closing = new AbortController();
  /** Paths with their queries, in the order of the requests. */
  readonly asked: string[] = [];

  constructor(answers: Answers, port = 0) {
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port, signal: this.#closing.signal, onListen: () => {} },
      async (request) => {
        const url = new URL(request.url);
        this.asked.push(url.pathname + url.search);
        if (request.headers.get("authorization") !== `Basic ${btoa("opencode:secret")}`) {
          return new Response("who are you?", { status: 401 });
        }
        return await answers(url, request) ?? new Response("no such path", { status: 404 });
      },
    );
  }

  get opencode(): OpencodeServer {
    return { port: this.#server.addr.port, password: "secret", directory: "/a b" };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    await this.#server.finished;
  }
}

/** A stream of server-sent events that the test writes itself. */
export class EventStream {
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  readonly #opened = Promise.withResolvers<void>();

  /** Resolves when somebody listens. */
  get opened(): Promise<void> {
    return this.#opened.promise;
  }

  respond(): Response {
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        this.#controller = controller;
        controller.enqueue(new TextEncoder().encode(frame("server.connected", {})));
        this.#opened.resolve();
      },
      cancel: () => {
        this.#controller = undefined;
      },
    });
    return new Response(body, { headers: { "content-type": "text/event-stream" } });
  }

  write(...frames: readonly string[]): void {
    this.writeBytes(new TextEncoder().encode(frames.join("")));
  }

  writeBytes(bytes: Uint8Array): void {
    this.#controller?.enqueue(bytes);
  }

  close(): void {
    this.#controller?.close();
    this.#controller = undefined;
  }
}

/** One event as opencode frames it. */
export function frame(type: string, properties: unknown): string {
  return `data: ${JSON.stringify({ id: "evt_1", type, properties })}\n\n`;
}
