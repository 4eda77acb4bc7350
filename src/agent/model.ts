import { asArray, asObject, asText, type JsonObject } from "../platform/json.ts";

/** What an agent says of its models after `session/new`. */
export interface ModelChoice {
  readonly current: string | undefined;
  readonly available: readonly string[];
  /** How it wants to be told: by a configuration option, or by the older method of its own. */
  readonly via: { readonly kind: "option"; readonly configId: string } | {
    readonly kind: "method";
  };
}

/**
 * Finds the choice of models in the answer to `session/new`, in today's shape (`configOptions`) or the
 * older one (`models`).
 *
 * @returns `undefined` when the agent offers no choice.
 */
export function readModelChoice(session: unknown): ModelChoice | undefined {
  const fields = asObject(session);
  return fromOptions(fields?.["configOptions"]) ?? fromModels(asObject(fields?.["models"]));
}

function fromOptions(options: unknown): ModelChoice | undefined {
  for (const item of asArray(options)) {
    const option = asObject(item);
    const configId = asText(option?.["id"]);
    if (option === undefined || configId === undefined) continue;
    if (option["category"] !== "model" && configId !== "model") continue;
    return {
      current: asText(option["currentValue"]),
      available: optionValues(option["options"]),
      via: { kind: "option", configId },
    };
  }
  return undefined;
}

/** Options may stand in groups. */
function optionValues(options: unknown): readonly string[] {
  return asArray(options).flatMap((item) => {
    const option = asObject(item);
    const value = asText(option?.["value"]);
    return value === undefined ? optionValues(option?.["options"]) : [value];
  });
}

function fromModels(models: JsonObject | undefined): ModelChoice | undefined {
  if (models === undefined) return undefined;
  return {
    current: asText(models["currentModelId"]),
    available: asArray(models["availableModels"]).flatMap((model) => {
      const id = asText(asObject(model)?.["modelId"]);
      return id === undefined ? [] : [id];
    }),
    via: { kind: "method" },
  };
}
