import type { PlanStep } from "../session/event.ts";
import {
  asAmount,
  asArray,
  asNumber,
  asObject,
  asText,
  type JsonObject,
} from "../platform/json.ts";

/** One piece of news from the agent within a turn, reduced to what iteratr uses. */
export type AgentUpdate =
  | { readonly kind: "message"; readonly message: string; readonly text: string }
  | { readonly kind: "thought"; readonly message: string; readonly text: string }
  | { readonly kind: "tool"; readonly tool: ToolSnapshot }
  | { readonly kind: "plan"; readonly steps: readonly PlanStep[] }
  | {
    readonly kind: "usage";
    /** US dollars for the ACP session so far; undefined when the agent does not say. */
    readonly cost: number | undefined;
  }
  /** Nothing that iteratr uses, but a sign of life. */
  | { readonly kind: "other" };

/** What is known of a tool call at one moment; each snapshot replaces what it names. */
export interface ToolSnapshot {
  /** An id, which many providers use again for every call of a turn. */
  readonly call: string;
  /** Whether a call is announced by it; else it is news of one. */
  readonly begins: boolean;
  readonly status: "pending" | "in_progress" | "completed" | "failed" | undefined;
  readonly kind: string | undefined;
  readonly title: string | undefined;
  readonly argument: string | undefined;
  readonly subagent: boolean;
  /** The list that a todo tool was called with. */
  readonly steps: readonly PlanStep[] | undefined;
  readonly exit: number | null | undefined;
  readonly lines: { readonly added: number; readonly removed: number } | undefined;
  readonly output: string | undefined;
}

/** Whether it is the end of the call. */
export function hasEnded({ status }: ToolSnapshot): boolean {
  return status === "completed" || status === "failed";
}

const OTHER: AgentUpdate = { kind: "other" };

/**
 * Reads the `update` of a `session/update` notification. Total: unknown kinds and malformed fields give
 * one of the kind `other`, since agents run ahead of the protocol.
 */
export function readUpdate(update: unknown): AgentUpdate {
  const fields = asObject(update);
  if (fields === undefined) return OTHER;
  switch (fields["sessionUpdate"]) {
    case "agent_message_chunk":
      return readChunk("message", fields);
    case "agent_thought_chunk":
      return readChunk("thought", fields);
    case "tool_call":
    case "tool_call_update":
      return readTool(fields);
    case "plan":
      return { kind: "plan", steps: readSteps(fields["entries"]) };
    case "usage_update":
      return { kind: "usage", cost: readCost(asObject(fields["cost"])) };
    default:
      return OTHER;
  }
}

/** A price in another currency cannot be added to dollars. */
function readCost(cost: JsonObject | undefined): number | undefined {
  const isDollars = (cost?.["currency"] ?? "USD") === "USD";
  return isDollars ? asAmount(cost?.["amount"]) : undefined;
}

function readChunk(kind: "message" | "thought", fields: JsonObject): AgentUpdate {
  const text = asText(asObject(fields["content"])?.["text"]);
  // Also an empty one is a message that the model was called for.
  if (text === undefined) return OTHER;
  return { kind, message: asWord(fields["messageId"]) ?? "", text };
}

function readTool(fields: JsonObject): AgentUpdate {
  const call = asWord(fields["toolCallId"]);
  if (call === undefined) return OTHER;
  const metadata = asObject(asObject(fields["rawOutput"])?.["metadata"]);
  const exit = metadata?.["exit"];
  const input = asObject(fields["rawInput"]);
  return {
    kind: "tool",
    tool: {
      call,
      begins: fields["sessionUpdate"] === "tool_call",
      status: readStatus(fields["status"]),
      kind: asWord(fields["kind"]),
      title: asText(fields["title"]),
      argument: input === undefined ? undefined : mainArgument(input),
      subagent: input?.["subagent_type"] !== undefined,
      steps: input === undefined || !Array.isArray(input["todos"])
        ? undefined
        : readSteps(input["todos"]),
      exit: exit === null ? null : asNumber(exit),
      lines: changedLines(fields, metadata, input),
      output: readOutput(fields),
    },
  };
}

/** Ids and kinds are short words; what is longer is cut, so that no event outgrows the store. */
function asWord(value: unknown): string | undefined {
  return asText(value)?.slice(0, MAX_WORD_CHARS);
}

function readStatus(value: unknown): ToolSnapshot["status"] {
  switch (value) {
    case "pending":
    case "in_progress":
    case "completed":
    case "failed":
      return value;
    default:
      return undefined;
  }
}

const MAX_WORD_CHARS = 200;

/** Names of the arguments that tell a call apart, in order of how much they say. */
const ARGUMENTS = ["command", "filePath", "path", "file_path", "pattern", "url", "query"];

function mainArgument(input: JsonObject): string | undefined {
  const subagent = asText(input["subagent_type"]);
  if (subagent !== undefined) return `${subagent}: ${asText(input["description"]) ?? ""}`;
  for (const name of ARGUMENTS) {
    const value = asText(input[name]);
    if (value !== undefined && value !== "") return value;
  }
  return undefined;
}

function readSteps(list: unknown): readonly PlanStep[] {
  return asArray(list).flatMap((item) => {
    const fields = asObject(item);
    const text = asText(fields?.["content"]);
    return text === undefined ? [] : [{ text, status: stepStatus(fields?.["status"]) }];
  });
}

function stepStatus(value: unknown): PlanStep["status"] {
  switch (value) {
    case "in_progress":
    case "completed":
    case "cancelled":
      return value;
    default:
      return "pending";
  }
}

function changedLines(
  fields: JsonObject,
  metadata: JsonObject | undefined,
  input: JsonObject | undefined,
): ToolSnapshot["lines"] {
  if (fields["kind"] !== "edit" && fields["kind"] !== undefined) return undefined;
  const counted = asObject(metadata?.["filediff"]);
  const added = asNumber(counted?.["additions"]);
  const removed = asNumber(counted?.["deletions"]);
  if (added !== undefined && removed !== undefined) return { added, removed };
  const diffs = asArray(fields["content"]).flatMap((item) => {
    const block = asObject(item);
    return block?.["type"] === "diff"
      ? [countLines(asText(block["oldText"]) ?? "", asText(block["newText"]) ?? "")]
      : [];
  });
  if (diffs.length > 0) {
    return {
      added: diffs.reduce((sum, diff) => sum + diff.added, 0),
      removed: diffs.reduce((sum, diff) => sum + diff.removed, 0),
    };
  }
  const written = asText(input?.["content"]);
  return written === undefined ? undefined : countLines("", written);
}

/** Counts what is between the common first and last lines; near enough for a progress line. */
function countLines(before: string, after: string): { added: number; removed: number } {
  const a = lines(before);
  const b = lines(after);
  const shorter = Math.min(a.length, b.length);
  let head = 0;
  while (head < shorter && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < shorter - head && a.at(-1 - tail) === b.at(-1 - tail)) tail++;
  return { added: b.length - head - tail, removed: a.length - head - tail };
}

function lines(text: string): readonly string[] {
  return text === "" ? [] : text.replace(/\n$/, "").split("\n");
}

function readOutput(fields: JsonObject): string | undefined {
  const raw = asText(asObject(fields["rawOutput"])?.["output"]);
  if (raw !== undefined) return raw;
  const texts = asArray(fields["content"]).flatMap((item) => {
    const text = asText(asObject(asObject(item)?.["content"])?.["text"]);
    return text === undefined ? [] : [text];
  });
  return texts.length === 0 ? undefined : texts.join("\n");
}
