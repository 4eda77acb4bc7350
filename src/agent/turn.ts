import { asAmount, asObject, asText, type JsonObject } from "../platform/json.ts";

/** How a turn ended, as the agent puts it: a hint, not a fact. */
export interface PromptResult {
  readonly stop: string;
  /** Tokens of the turn, or of its last model call, where the agent tells. */
  readonly usage: PromptUsage | undefined;
}

/** Tokens as the protocol reports them. */
export interface PromptUsage {
  /** Read anew, whether they were written to a cache or not; and those of which no kind is told. */
  readonly inputTokens: number;
  /** With those that were thought. */
  readonly outputTokens: number;
  readonly cachedTokens: number;
}

/** Reads the answer to `session/prompt`. Total: what is missing counts as not said. */
export function readPromptResult(answer: unknown): PromptResult {
  const fields = asObject(answer);
  return {
    stop: asText(fields?.["stopReason"])?.slice(0, 100) ?? "unknown",
    usage: readUsage(asObject(fields?.["usage"])),
  };
}

/** Gives `undefined` when no figure can be read: that must not pass for nothing spent. */
function readUsage(fields: JsonObject | undefined): PromptUsage | undefined {
  const amount = (name: string): number | undefined => asAmount(fields?.[name]);
  const input = amount("inputTokens");
  const output = amount("outputTokens");
  const thought = amount("thoughtTokens");
  const read = amount("cachedReadTokens");
  const written = amount("cachedWriteTokens");
  const total = amount("totalTokens");
  const told = [input, output, thought, read, written, total];
  if (told.every((figure) => figure === undefined)) return undefined;
  const others = (input ?? 0) + (output ?? 0) + (read ?? 0) + (written ?? 0);
  // opencode counts thoughts apart from its output; with who does not, the sum has no room for them.
  const apart = total === undefined
    ? thought ?? 0
    : Math.min(thought ?? 0, Math.max(0, total - others));
  return {
    inputTokens: (input ?? 0) + (written ?? 0) + Math.max(0, (total ?? 0) - others - apart),
    outputTokens: (output ?? 0) + apart,
    cachedTokens: read ?? 0,
  };
}
