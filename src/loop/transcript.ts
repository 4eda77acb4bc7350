import type { AgentUpdate, ToolSnapshot } from "../agent/update.ts";
import type { Clock } from "../platform/clock.ts";
import { event, type NewEvent } from "../session/event.ts";
import type { Recorder } from "./recorder.ts";

/** The longest piece of text in one event, in characters; far below what a value may hold. */
const PIECE = 8_000;
/** How much of a failed tool's output is kept. */
const TAIL_CHARS = 2_000;

interface OpenText {
  readonly kind: "message" | "thought";
  readonly message: string;
  readonly since: number;
  text: string;
}

interface OpenTool {
  readonly since: number;
  readonly name: string;
  kind: string;
  argument: string;
  output: string;
  exit: number | null;
  lines: ToolSnapshot["lines"];
}

/**
 * Turns the stream of a turn's updates into events worth keeping: text by whole lines, a tool call as
 * one event when it ends. Writing goes on beside the turn, in batches, so that neither a slow store
 * holds up the agent nor a fast agent fills the log with every word.
 */
export class Transcript {
  readonly #recorder: Recorder;
  readonly #clock: Clock;
  readonly #tools = new Map<string, OpenTool>();
  #text: OpenText | undefined;
  #waiting: NewEvent[] = [];
  #writing: Promise<void> | undefined;
  #failure: unknown;
  #cost: number | undefined;

  readonly #onFailure: (error: unknown) => void;

  /** @param onFailure told once, when the store fails while the turn goes on. */
  constructor(recorder: Recorder, clock: Clock, onFailure: (error: unknown) => void) {
    this.#recorder = recorder;
    this.#clock = clock;
    this.#onFailure = onFailure;
  }

  /** Cost of the ACP session in US dollars, as the agent last told it. */
  get cost(): number | undefined {
    return this.#cost;
  }

  /** Takes one update. */
  take(update: AgentUpdate): void {
    switch (update.kind) {
      case "message":
      case "thought":
        return this.#takeText(update.kind, update.message, update.text);
      case "tool":
        return this.#takeTool(update.tool);
      case "usage":
        this.#cost = update.cost ?? this.#cost;
    }
  }

  /**
   * Ends the transcript: what is still open is written as it stands.
   *
   * @throws whatever kept the events from being stored.
   */
  async finish(): Promise<void> {
    this.#closeText();
    for (const [call, tool] of this.#tools) this.#endTool(call, tool, "failed");
    while (this.#writing !== undefined) await this.#writing;
    if (this.#failure !== undefined) throw this.#failure;
  }

  #takeText(kind: "message" | "thought", message: string, text: string): void {
    const open = this.#text;
    if (open === undefined || open.kind !== kind || open.message !== message) {
      this.#closeText();
      this.#text = { kind, message, text, since: this.#clock.monotonic() };
    } else {
      open.text += text;
    }
    this.#writeWholeLines();
  }

  #writeWholeLines(): void {
    const open = this.#text;
    if (open === undefined) return;
    if (open.kind === "message") {
      const end = open.text.lastIndexOf("\n") + 1;
      this.#emitText(open, open.text.slice(0, end), false);
      open.text = open.text.slice(end);
    }
    while (open.text.length > PIECE) {
      this.#emitText(open, open.text.slice(0, PIECE), false);
      open.text = open.text.slice(PIECE);
    }
  }

  #closeText(): void {
    const open = this.#text;
    this.#text = undefined;
    if (open !== undefined) this.#emitText(open, open.text, true);
  }

  #emitText(open: OpenText, text: string, isEnd: boolean): void {
    const { kind, message } = open;
    for (let at = 0; at < text.length; at += PIECE) {
      const piece = text.slice(at, at + PIECE);
      if (kind === "message") {
        this.#emit(event("agent.message", { message, text: piece }));
      } else {
        const ms = isEnd ? this.#since(open.since) : 0;
        this.#emit(event("agent.thought", { message, text: piece, ms }));
      }
    }
  }

  #takeTool(snapshot: ToolSnapshot): void {
    this.#closeText();
    const { call, status } = snapshot;
    const tool = this.#tools.get(call) ?? {
      since: this.#clock.monotonic(),
      name: toolName(snapshot),
      kind: "other",
      argument: "",
      output: "",
      exit: null,
      lines: undefined,
    };
    tool.kind = snapshot.kind ?? tool.kind;
    tool.argument = snapshot.argument ?? tool.argument;
    if (tool.argument === "" && snapshot.title !== tool.name) {
      tool.argument = snapshot.title ?? "";
    }
    tool.output = snapshot.output?.slice(-TAIL_CHARS) ?? tool.output;
    tool.exit = snapshot.exit ?? tool.exit;
    tool.lines = snapshot.lines ?? tool.lines;
    this.#tools.set(call, tool);
    if (status === "completed" || status === "failed") {
      this.#endTool(call, tool, status === "failed" || (tool.exit ?? 0) !== 0 ? "failed" : "ok");
    }
  }

  #endTool(call: string, tool: OpenTool, outcome: "ok" | "failed"): void {
    this.#tools.delete(call);
    this.#emit(event("agent.tool", {
      call,
      kind: tool.kind,
      tool: tool.name,
      argument: tool.argument.slice(0, PIECE),
      outcome,
      exit: tool.exit,
      ms: this.#since(tool.since),
      lines: outcome === "ok" && tool.kind === "edit" ? tool.lines ?? null : null,
      tail: outcome === "failed" ? tool.output : "",
    }));
  }

  #since(start: number): number {
    return Math.round(this.#clock.monotonic() - start);
  }

  #emit(item: NewEvent): void {
    this.#waiting.push(item);
    this.#writing ??= this.#write();
  }

  async #write(): Promise<void> {
    // Let the updates that have arrived together go into one batch.
    await Promise.resolve();
    try {
      while (this.#waiting.length > 0 && this.#failure === undefined) {
        const batch = this.#waiting.splice(0, 40);
        await this.#recorder.record(...batch);
      }
    } catch (error) {
      this.#failure = error;
      this.#onFailure(error);
    } finally {
      this.#writing = undefined;
    }
  }
}

/** The first title of a call is the tool's name with most agents; later ones describe the call. */
function toolName(snapshot: ToolSnapshot): string {
  const title = snapshot.title ?? "";
  return /^[\w-]{1,40}$/.test(title) ? title : snapshot.kind ?? "tool";
}
