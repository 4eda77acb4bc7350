import { systemClock } from "../platform/clock.ts";
import { openAnswer, type OpencodeServer } from "./opencode_server.ts";

/** The server says something every 10 s; a stream that is silent for longer than this is a dead one. */
const SILENCE_MS = 30_000;
/** A request that comes while opencode starts is never answered; one that comes later is (1.18.33). */
const FIRST_OPENING_MS = 1_000;
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 500;
/** An event of more characters is dropped: none that matters is near it. */
const MAX_EVENT_CHARS = 8 * 1024 * 1024;

/** Who is told of what the server sends. What it throws counts for nothing. */
export interface EventListener {
  /** A stream has opened; events may have been missed before. */
  onOpen(): void;
  /** The `data` of one event. */
  onData(data: string): void;
}

/**
 * Follows the server's events until the signal aborts. The server may come later, go, and come again.
 * Never throws.
 */
export async function followEvents(
  server: OpencodeServer,
  listener: EventListener,
  signal: AbortSignal,
  silenceMs: number = SILENCE_MS,
): Promise<void> {
  let pause = FIRST_PAUSE_MS;
  let openingMs = FIRST_OPENING_MS;
  while (!signal.aborted) {
    const end = await readStream(server, listener, signal, { openingMs, silenceMs });
    pause = end === "failed" ? Math.min(LONGEST_PAUSE_MS, pause * 2) : FIRST_PAUSE_MS;
    // A machine under load may need longer than the first attempt allows.
    openingMs = end === "unanswered" ? Math.min(silenceMs, openingMs * 2) : FIRST_OPENING_MS;
    await systemClock.sleep(pause, signal);
  }
}

/** Reads one stream to its end. */
async function readStream(
  server: OpencodeServer,
  listener: EventListener,
  signal: AbortSignal,
  { openingMs, silenceMs }: { readonly openingMs: number; readonly silenceMs: number },
): Promise<"ended" | "failed" | "unanswered"> {
  const gone = new AbortController();
  const end = (): void => gone.abort();
  let timer = setTimeout(end, openingMs);
  signal.addEventListener("abort", end);
  let wasAlive = false;
  try {
    const response = await openAnswer(server, "/event", gone.signal);
    attempt(() => listener.onOpen());
    const events = new EventReader((data) => attempt(() => listener.onData(data)));
    const decoder = new TextDecoder();
    for await (const bytes of response.body ?? []) {
      if (signal.aborted) break;
      wasAlive = true;
      clearTimeout(timer);
      timer = setTimeout(end, silenceMs);
      events.take(decoder.decode(bytes, { stream: true }));
    }
  } catch {
    // Not there yet, or gone: the next attempt will tell.
    if (gone.signal.aborted && !wasAlive) return "unanswered";
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", end);
    gone.abort();
  }
  return wasAlive ? "ended" : "failed";
}

function attempt(act: () => void): void {
  try {
    act();
  } catch {
    // A listener's mistake must not end the listening.
  }
}

/**
 * Takes a stream of server-sent events in pieces of any size, and hands on the data of each event once it
 * is whole (WHATWG HTML, 9.2.6; only `data` is looked at).
 */
export class EventReader {
  readonly #onData: (data: string) => void;
  /** The line whose end has not come. */
  #line = "";
  #lineLength = 0;
  #data: string[] = [];
  /** Characters of the event so far, kept or not. */
  #size = 0;
  #endedWithReturn = false;

  constructor(onData: (data: string) => void) {
    this.#onData = onData;
  }

  take(text: string): void {
    if (text === "") return;
    // A line break of two characters may have been cut in the middle.
    const rest = this.#endedWithReturn && text.startsWith("\n") ? text.slice(1) : text;
    this.#endedWithReturn = text.endsWith("\r");
    const lines = rest.split(/\r\n|\n|\r/);
    const last = lines.pop() ?? "";
    for (const line of lines) {
      this.#add(line);
      this.#endLine();
    }
    this.#add(last);
  }

  #add(text: string): void {
    this.#lineLength += text.length;
    this.#size += text.length;
    if (this.#size <= MAX_EVENT_CHARS) this.#line += text;
  }

  #endLine(): void {
    if (this.#lineLength === 0) this.#endEvent();
    else if (this.#line.startsWith("data:")) this.#data.push(this.#line.slice(5).replace(/^ /, ""));
    this.#line = "";
    this.#lineLength = 0;
  }

  #endEvent(): void {
    const data = this.#data.join("\n");
    const isWhole = this.#size <= MAX_EVENT_CHARS;
    this.#data = [];
    this.#size = 0;
    if (isWhole && data !== "") this.#onData(data);
  }
}
