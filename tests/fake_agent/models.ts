import type { Options } from "./options.ts";
import { RpcError } from "./peer.ts";

/** The models on offer; the first one, or the one given as `model=`, is what a new session gets. */
export interface Catalogue {
  readonly models: readonly string[];
  readonly initial: string;
}

/** What a session has chosen. */
export interface Choices {
  readonly model: string;
  readonly mode: string;
  readonly effort: string;
}

/** A select option of ACP's `configOptions`. */
export interface ConfigOption {
  readonly id: string;
  readonly category: string;
  readonly type: "select";
  readonly name: string;
  readonly currentValue: string;
  readonly options: readonly { readonly value: string; readonly name: string }[];
}

const MODES: readonly string[] = ["build", "plan"];
const EFFORTS: readonly string[] = ["low", "medium", "high", "default"];

/** Reads `models=a/b,c/d` and `model=`, which may name a model that is not on offer. */
export function readCatalogue(options: Options): Catalogue {
  const models = options.list("models", ["fake/m1", "fake/r1", "fake/small"]);
  return { models, initial: options.text("model", models[0] ?? "") };
}

/** The choices of a new session. */
export function firstChoices(catalogue: Catalogue): Choices {
  return { model: catalogue.initial, mode: "build", effort: "default" };
}

/** The choices in opencode's shape; a reasoning model (`.../r...`) has an effort as well. */
export function configOptions(catalogue: Catalogue, choices: Choices): readonly ConfigOption[] {
  const { model, mode, effort } = choices;
  const reasons = /\/r[^/]*$/.test(model);
  return [
    select("model", "model", "Model", model, catalogue.models),
    ...(reasons ? [select("effort", "thought_level", "Effort", effort, EFFORTS)] : []),
    select("mode", "mode", "Mode", mode, MODES),
  ];
}

/**
 * The choices after `session/set_config_option`.
 *
 * @throws {RpcError} with opencode's code and words, when the option or the value is unknown
 */
export function choose(
  catalogue: Catalogue,
  choices: Choices,
  configId: string,
  value: string,
): Choices {
  const option = configOptions(catalogue, choices).find(({ id }) => id === configId);
  if (option === undefined) throw new RpcError(-32602, `unknown config option: ${configId}`);
  if (!option.options.some((offered) => offered.value === value)) {
    throw new RpcError(-32602, `${configId} not found: ${value}`);
  }
  return { ...choices, [configId]: value };
}

/** The same choices in the older shape: `models` and `modes` instead of `configOptions`. */
export function oldShapes(
  catalogue: Catalogue,
  choices: Choices,
): Readonly<Record<string, unknown>> {
  return {
    models: {
      currentModelId: choices.model,
      availableModels: catalogue.models.map((modelId) => ({ modelId, name: title(modelId) })),
    },
    modes: {
      currentModeId: choices.mode,
      availableModes: MODES.map((id) => ({ id, name: id })),
    },
  };
}

function select(
  id: string,
  category: string,
  name: string,
  currentValue: string,
  values: readonly string[],
): ConfigOption {
  const options = values.map((value) => ({ value, name: title(value) }));
  return { id, name, category, type: "select", currentValue, options };
}

function title(id: string): string {
  return id.split("/").map((word) => word.slice(0, 1).toUpperCase() + word.slice(1)).join("/");
}
