import { asAmount, asObject, asText } from "../platform/json.ts";

/** How a turn ended, as the agent puts it: a hint, not a fact. */
export interface PromptResult {
  readonly stop: string;
  /** Tokens of the turn's last model call, where the agent tells. */
  readonly usage: PromptUsage | undefined;
}

/** Tokens as the protocol reports them. */
export interface PromptUsage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cachedTokens: number;
}

/** Reads the answer to `session/prompt`. Total: what is missing counts as not said. */
export function readPromptResult(answer: unknown): PromptResult {
  const fields = asObject(answer);
  const usage = asObject(fields?.["usage"]);
  return {
    stop: asText(fields?.["stopReason"])?.slice(0, 100) ?? "unknown",
    usage: usage === undefined ? undefined : {
      inputTokens: asAmount(usage["inputTokens"]) ?? 0,
      outputTokens: asAmount(usage["outputTokens"]) ?? 0,
      cachedTokens: asAmount(usage["cachedReadTokens"]) ?? 0,
    },
  };
}
