import type { AgentUpdate } from "../../agent/update.ts";
import type { Clock } from "../../platform/clock.ts";
import { event, type NewEvent } from "../../session/event.ts";
import { type NewBlob, storeText } from "../../store/blob.ts";
import type { Recorder } from "../recorder.ts";
import { headOf, tailOf } from "../../platform/text.ts";
import { shortStep, ToolCalls } from "./tool_calls.ts";

/** The longest piece of text in one event, in characters; far below what a value may hold. */
const PIECE = 8_000;
/** How much of an iteration's output is kept: its beginning, and its end, in characters. */
const HEAD_CHARS = 1_500_000;
const TAIL_CHARS = 500_000;
const QUESTION_CHARS = 1_000;
/** Events written at once, so that no atomic grows large. */
const BATCH = 8;

interface OpenText {
  readonly kind: "message" | "thought";
  readonly message: string;
  readonly since: number;
  text: string;
}

/**
 * Turns the stream of a turn's updates into events worth keeping: text by whole lines, a tool call as
 * one event when it ends. Writing goes on beside the turn, in batches, so that neither a slow store
 * holds up the agent nor a fast agent fills the log with every word.
 */
export class Transcript {
  readonly #recorder: Recorder;
  readonly #clock: Clock;
  readonly #onFailure: (error: unknown) => void;
  readonly #tools: ToolCalls;
  #text: OpenText | undefined;
  #waiting: NewEvent[] = [];
  #tail: NewEvent[] = [];
  #lastMessage = "";
  #lastWords = "";
  #kept = 0;
  #inTail = 0;
  #writing: Promise<void> | undefined;
  #failure: unknown;

  /** @param onFailure told once, when the store fails while the turn goes on. */
  constructor(recorder: Recorder, clock: Clock, onFailure: (error: unknown) => void) {
    this.#recorder = recorder;
    this.#clock = clock;
    this.#onFailure = onFailure;
    this.#tools = new ToolCalls(clock);
  }

  /** The question that the agent's last message ends with; `undefined` when it ends otherwise. */
  lastQuestion(): string | undefined {
    const paragraph = this.#lastWords.trim().split(/\n\s*\n/).at(-1)?.trim() ?? "";
    // Behind the mark may stand what closes a quote, a bracket or an emphasis.
    const asks = /[?\uff1f]["'*_`)\]\u2019\u201d]*$/.test(paragraph);
    return asks ? tailOf(paragraph, QUESTION_CHARS) : undefined;
  }

  /** Takes one update. */
  take(update: AgentUpdate): void {
    switch (update.kind) {
      case "message":
      case "thought":
        return this.#takeText(update.kind, update.message, update.text);
      case "tool": {
        // Text ends where a tool begins, and where one is told; beside one that runs it goes on.
        if (this.#tools.isNew(update.tool)) this.#closeText();
        const ended = this.#tools.take(update.tool);
        if (ended === undefined) return;
        this.#closeText();
        return this.#emit(ended);
      }
      case "plan":
        this.#closeText();
        return this.#emit(event("agent.plan", { steps: update.steps.slice(0, 50).map(shortStep) }));
      case "usage":
      case "other":
        return;
    }
  }

  /**
   * Ends the transcript: what is still open is written as it stands.
   *
   * @throws whatever kept the events from being stored.
   */
  async finish(): Promise<void> {
    this.#closeText();
    for (const ended of this.#tools.endAll()) this.#emit(ended);
    const rest = this.#tail;
    this.#tail = [];
    this.#queue(...rest);
    while (this.#writing !== undefined) await this.#writing;
    if (this.#failure === undefined) return;
    this.#recorder.keepUnsaved(this.#waiting.splice(0));
    throw this.#failure;
  }

  #takeText(kind: "message" | "thought", message: string, text: string): void {
    if (kind === "message") {
      const before = message === this.#lastMessage ? this.#lastWords : "";
      this.#lastMessage = message;
      this.#lastWords = tailOf(before + text, 2 * QUESTION_CHARS);
    }
    const open = this.#text;
    if (open === undefined || open.kind !== kind || open.message !== message) {
      this.#closeText();
      this.#text = { kind, message, text, since: this.#clock.monotonic() };
    } else {
      open.text += text;
    }
    this.#emitWholeLines();
  }

  #emitWholeLines(): void {
    const open = this.#text;
    if (open === undefined) return;
    if (open.kind === "message") {
      const end = open.text.lastIndexOf("\n") + 1;
      this.#emitText(open, open.text.slice(0, end), false);
      open.text = open.text.slice(end);
    }
    while (open.text.length > PIECE) {
      const piece = headOf(open.text, PIECE);
      this.#emitText(open, piece, false);
      open.text = open.text.slice(piece.length);
    }
  }

  #closeText(): void {
    const open = this.#text;
    this.#text = undefined;
    if (open !== undefined) this.#emitText(open, open.text, true);
  }

  #emitText(open: OpenText, text: string, isEnd: boolean): void {
    const { kind, message } = open;
    let piece: string;
    for (let at = 0; at < text.length; at += piece.length) {
      piece = headOf(text.slice(at), PIECE);
      const ms = isEnd ? Math.round(this.#clock.monotonic() - open.since) : 0;
      this.#emit(
        kind === "message"
          ? event("agent.message", { message, text: piece })
          : event("agent.thought", { message, text: piece, ms }),
      );
    }
  }

  /** Keeps the head of the iteration's output as it comes, and of the rest only the end. */
  #emit(item: NewEvent): void {
    const size = sizeOf(item);
    if (this.#kept + size <= HEAD_CHARS) {
      this.#kept += size;
      this.#queue(item);
      return;
    }
    if (this.#tail.length === 0) {
      this.#queue(event("agent.omitted", { kept: this.#kept }));
      this.#kept = HEAD_CHARS;
    }
    this.#tail.push(item);
    this.#inTail += size;
    while (this.#inTail > TAIL_CHARS && this.#tail.length > 1) {
      const dropped = this.#tail.shift();
      if (dropped !== undefined) this.#inTail -= sizeOf(dropped);
    }
  }

  #queue(...items: readonly NewEvent[]): void {
    if (items.length === 0) return;
    this.#waiting.push(...items);
    this.#writing ??= this.#write();
  }

  async #write(): Promise<void> {
    // Let the updates that have arrived together go into one batch.
    await Promise.resolve();
    try {
      while (this.#waiting.length > 0 && this.#failure === undefined) {
        const batch = await Promise.all(
          this.#waiting.splice(0, BATCH).map((item) => withBlobs(item, this.#recorder.mask)),
        );
        const blobs = batch.flatMap((item) => item.blobs);
        await this.#recorder.recordWith(blobs, ...batch.map((item) => item.event));
      }
    } catch (error) {
      this.#failure = error;
      this.#onFailure(error);
    } finally {
      this.#writing = undefined;
    }
  }
}

async function withBlobs(
  item: NewEvent,
  mask: (text: string) => string,
): Promise<{ readonly event: NewEvent; readonly blobs: readonly NewBlob[] }> {
  if (item.type !== "agent.tool" || typeof item.data.output !== "string") {
    return { event: item, blobs: [] };
  }
  const { text, blobs } = await storeText(mask(item.data.output));
  return { event: event("agent.tool", { ...item.data, output: text }), blobs };
}

/** About how much room an event takes, in characters. */
function sizeOf(item: NewEvent): number {
  switch (item.type) {
    case "agent.message":
    case "agent.thought":
      return item.data.text.length + 200;
    default:
      return JSON.stringify(item.data).length + 200;
  }
}
