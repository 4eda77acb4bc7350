import { forgetOldest } from "../platform/forget_oldest.ts";
import { asObject, asText, type JsonObject } from "../platform/json.ts";

/** Messages that are remembered as counted, and calls that can be open at once. */
const MAX_REMEMBERED = 10_000;

/** A call of the model that has not been counted. */
interface OpenCall {
  readonly session: string;
  /** Whether it is one at all: a part may come before it is known whose message it belongs to. */
  isCall: boolean;
  hasAnswer: boolean;
  /** Parts that hold text, and not reasoning. */
  readonly textParts: Set<string>;
}

/**
 * Counts calls of the model by opencode's events: every assistant message once, when its step finishes or,
 * when the call has failed, its session falls idle. A message's own end is no sign: opencode sends a message
 * as it is when the event leaves, so that it can be complete before its parts have come.
 */
export class ModelCalls {
  readonly #onCall: (isEmpty: boolean) => void;
  /** By message. */
  readonly #open = new Map<string, OpenCall>();
  /** Messages that are counted, and those of the user. */
  readonly #settled = new Set<string>();

  constructor(onCall: (isEmpty: boolean) => void) {
    this.#onCall = onCall;
  }

  /** Takes one event; those of other kinds count for nothing. */
  take(type: string, session: string, properties: JsonObject): void {
    switch (type) {
      case "message.updated":
        return this.#takeMessage(session, asObject(properties["info"]));
      case "message.part.updated":
        return this.#takePart(session, asObject(properties["part"]));
      case "message.part.delta":
        return this.#takeDelta(properties);
      case "session.idle":
        return this.#takeIdle(session);
      case "session.status":
        if (asObject(properties["status"])?.["type"] === "idle") this.#takeIdle(session);
    }
  }

  #takeMessage(session: string, info: JsonObject | undefined): void {
    const id = asText(info?.["id"]);
    if (id === undefined) return;
    if (info?.["role"] !== "assistant") return this.#settle(id);
    const call = this.#callOf(session, id);
    if (call === undefined) return;
    call.isCall = true;
  }

  #takePart(session: string, part: JsonObject | undefined): void {
    const id = asText(part?.["messageID"]);
    const call = id === undefined ? undefined : this.#callOf(session, id);
    if (part === undefined || id === undefined || call === undefined) return;
    switch (part["type"]) {
      case "text":
        call.textParts.add(asText(part["id"]) ?? "");
        call.hasAnswer ||= hasWords(part["text"]);
        return;
      case "tool":
        call.hasAnswer = true;
        return;
      case "step-start":
        call.isCall = true;
        return;
      case "step-finish":
        return this.#count(id, call);
    }
  }

  #takeDelta(properties: JsonObject): void {
    const call = this.#open.get(asText(properties["messageID"]) ?? "");
    if (call?.textParts.has(asText(properties["partID"]) ?? "")) {
      call.hasAnswer ||= hasWords(properties["delta"]);
    }
  }

  #takeIdle(session: string): void {
    for (const [id, call] of this.#open) {
      if (call.session === session && call.isCall) this.#count(id, call);
    }
  }

  #callOf(session: string, message: string): OpenCall | undefined {
    if (this.#settled.has(message)) return undefined;
    const known = this.#open.get(message);
    if (known !== undefined) return known;
    const call = { session, isCall: false, hasAnswer: false, textParts: new Set<string>() };
    forgetOldest(this.#open, MAX_REMEMBERED);
    this.#open.set(message, call);
    return call;
  }

  #count(message: string, { hasAnswer }: OpenCall): void {
    this.#settle(message);
    this.#onCall(!hasAnswer);
  }

  #settle(message: string): void {
    this.#open.delete(message);
    forgetOldest(this.#settled, MAX_REMEMBERED);
    this.#settled.add(message);
  }
}

function hasWords(text: unknown): boolean {
  return typeof text === "string" && text.trim() !== "";
}
