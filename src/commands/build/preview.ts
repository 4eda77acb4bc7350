import { nextPrompt } from "../../loop/next_prompt.ts";
import { readSpec } from "../../loop/spec_copy.ts";
import { systemClock } from "../../platform/clock.ts";
import { UserError } from "../../platform/failure.ts";
import { gatesMark } from "../../session/gate.ts";
import { openToLook } from "../context.ts";
import { readHead } from "../../store/read.ts";
import { loadTemplate } from "./load_template.ts";
import type { BuildSettings } from "./settings.ts";

/** The prompt that the next iteration would send. */
export interface Preview {
  readonly text: string;
  readonly iteration: number;
  /** Of the spec, in characters. */
  readonly specLength: number;
}

/**
 * Renders the prompt of the next iteration, from where the session stands. It changes nothing.
 *
 * @throws {UserError} when the template or the spec cannot be used.
 */
export async function previewPrompt(settings: BuildSettings): Promise<Preview> {
  const { config, session, extra, dataDirectory } = settings;
  const template = await loadTemplate(config.template);
  const spec = await readSpec(settings.spec);
  if (spec === undefined) throw new UserError(`the spec ${settings.spec} does not exist`);
  const store = await openToLook(dataDirectory);
  try {
    const head = store === undefined ? undefined : await readHead(store, session);
    const promptLimits = {
      notesBytes: config["prompt.notes"],
      history: config["prompt.history"],
    };
    const plan = {
      ...{ session, template, promptLimits, extra, binary: "iteratr" },
      gates: config.verify,
      toleratesBaseline: config.verify_baseline === "tolerate",
      limits: { gates: gatesMark(config.verify) },
      autoCommit: config.auto_commit,
    };
    const iteration = (head?.iterations ?? 0) + 1;
    const { text } = await nextPrompt(store, systemClock, plan, iteration, spec);
    return { text, iteration, specLength: spec.length };
  } finally {
    await store?.close();
  }
}
