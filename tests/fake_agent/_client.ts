import { type Fields, fieldsOf, parseJson } from "./json.ts";
import { lines } from "./wire.ts";

/** Answers a request of the agent: the fields beside `jsonrpc` and `id`; `undefined` stays silent. */
export type Respond = (request: Fields) => Fields | undefined;

/** The other end: a bare ndjson client that keeps all it sees. Its disposal leaves no process behind. */
export class Client implements AsyncDisposable {
  readonly child: Deno.ChildProcess;
  /** Each line from stdout that was no JSON object. */
  readonly junk: string[] = [];
  /** Each frame from stdout, in order. */
  readonly frames: Fields[] = [];
  stderr = "";
  sessionId = "";
  readonly #cwd: string;
  readonly #respond: Respond;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #waiting = new Map<unknown, (frame: Fields) => void>();
  readonly #readers: Promise<unknown>;
  #nextId = 1;

  constructor(child: Deno.ChildProcess, cwd: string, respond: Respond) {
    this.child = child;
    this.#cwd = cwd;
    this.#respond = respond;
    this.#writer = child.stdin.getWriter();
    this.#readers = Promise.all([this.#readStdout(), this.#readStderr()]);
  }

  /** Sends a request and gives the whole answer. */
  request(method: string, params: unknown, id: unknown = this.#nextId++): Promise<Fields> {
    const answer = new Promise<Fields>((resolve) => this.#waiting.set(id, resolve));
    void this.send({ jsonrpc: "2.0", id, method, params });
    return answer;
  }

  notify(method: string, params: unknown): Promise<void> {
    return this.send({ jsonrpc: "2.0", method, params });
  }

  /** Sends a frame, or a raw line. A dead agent is no error: that is what some tests are about. */
  async send(frame: unknown): Promise<void> {
    const line = (typeof frame === "string" ? frame : JSON.stringify(frame)) + "\n";
    await this.#writer.write(new TextEncoder().encode(line)).catch(() => {});
  }

  /** The handshake, up to a session; gives the result of `session/new`. */
  async open(): Promise<Fields> {
    await this.request("initialize", { protocolVersion: 1, clientCapabilities: {} });
    const answer = await this.request("session/new", { cwd: this.#cwd, mcpServers: [] });
    const result = fieldsOf(answer["result"]);
    this.sessionId = String(result["sessionId"]);
    return result;
  }

  prompt(text = "Go on."): Promise<Fields> {
    const prompt = [{ type: "text", text }];
    return this.request("session/prompt", { sessionId: this.sessionId, prompt });
  }

  /** The updates of the session so far, of one kind or all. */
  updates(kind?: string): readonly Fields[] {
    return this.frames.filter((frame) => frame["method"] === "session/update")
      .map((frame) => fieldsOf(frame["params"]))
      .filter((params) => params["sessionId"] === this.sessionId)
      .map((params) => fieldsOf(params["update"]))
      .filter((update) => kind === undefined || update["sessionUpdate"] === kind);
  }

  /** The text of all message chunks, joined. */
  said(): string {
    return this.updates("agent_message_chunk")
      .map((update) => fieldsOf(update["content"])["text"])
      .filter((text) => typeof text === "string").join("");
  }

  /** Waits until a condition holds that something on stdout, or soon, makes true. */
  async until(condition: () => boolean): Promise<void> {
    for (let tries = 0; !condition(); tries++) {
      if (tries > 500) throw new Error(`waited in vain for ${condition}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  async closeStdin(): Promise<void> {
    await this.#writer.close().catch(() => {});
  }

  /** How the process ended, when it has, with all of its output read. */
  async status(): Promise<Deno.CommandStatus> {
    await this.#readers;
    return await this.child.status;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.child.kill("SIGKILL");
    } catch {
      // It has ended by itself.
    }
    await this.closeStdin();
    await this.status();
  }

  async #readStdout(): Promise<void> {
    for await (const line of lines(this.child.stdout)) {
      const frame = fieldsOf(parseJson(line));
      const { id, method } = frame;
      if (frame["jsonrpc"] !== "2.0") this.junk.push(line);
      else this.frames.push(frame);
      if (typeof method !== "string") this.#waiting.get(id)?.(frame);
      else if (id !== undefined) {
        const response = this.#respond(frame);
        if (response !== undefined) void this.send({ jsonrpc: "2.0", id, ...response });
      }
    }
  }

  async #readStderr(): Promise<void> {
    for await (const line of lines(this.child.stderr)) this.stderr += line + "\n";
  }
}

/** A good client: grants what can be granted, knows nothing else. */
export function grantAll(request: Fields): Fields {
  if (request["method"] !== "session/request_permission") {
    return { error: { code: -32601, message: "Method not found" } };
  }
  const options = fieldsOf(request["params"])["options"];
  const grant = (Array.isArray(options) ? options : []).map(fieldsOf)
    .find(({ kind }) => String(kind).startsWith("allow"));
  const outcome = grant === undefined
    ? { outcome: "cancelled" }
    : { outcome: "selected", optionId: grant["optionId"] };
  return { result: { outcome } };
}
