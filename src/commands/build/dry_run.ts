import { probeAgent } from "../../agent/probe.ts";
import { nextPrompt } from "../../loop/next_prompt.ts";
import { systemClock } from "../../platform/clock.ts";
import { UserError } from "../../platform/failure.ts";
import { formatDuration } from "../../platform/text.ts";
import { writeValue } from "../../config/kinds.ts";
import { isStore, openStore, storeFile } from "../../store/open.ts";
import { readHead } from "../../store/read.ts";
import { readSpec } from "../../loop/spec_copy.ts";
import { originText } from "../config.ts";
import type { CommandWorld } from "../context.ts";
import { VERSION } from "../version.ts";
import { makeRunEnvironment } from "./environment.ts";
import { loadTemplate } from "./load_template.ts";
import type { BuildSettings } from "./settings.ts";

/**
 * `iteratr build --dry-run`: resolves and validates everything, tries the agent and its model, and prints
 * what a run would work with. No turn is sent and nothing is written.
 *
 * @throws what would keep a run from beginning.
 */
export async function dryRun(settings: BuildSettings, world: CommandWorld): Promise<void> {
  const { config, session, dataDirectory, extra } = settings;
  const template = await loadTemplate(config.template);
  const spec = await readSpec(settings.spec);
  if (spec === undefined) throw new UserError(`the spec ${settings.spec} is not there`);
  const line = (label: string, text: string): void => world.stdout(`${label.padEnd(9)}${text}\n`);
  line("session", session);
  line("root", settings.root);
  line("spec", `${settings.spec} (${spec.length} characters)`);
  for (const { spec: key, value, origin } of settings.resolved.settings) {
    const shown = value === undefined ? "(not set)" : writeValue(key.kind, value);
    line("config", `${key.key} = ${shown}  (${originText(origin)})`);
  }
  const store = isStore(storeFile(dataDirectory))
    ? await openStore({ directory: dataDirectory, create: false })
    : undefined;
  try {
    const head = store === undefined ? undefined : await readHead(store, session);
    const n = (head?.iterations ?? 0) + 1;
    const promptLimits = {
      notesBytes: config["prompt.notes"],
      history: config["prompt.history"],
    };
    const plan = { session, template, promptLimits, extra, binary: "iteratr" };
    const text = await nextPrompt(store, systemClock, plan, n, spec);
    line("prompt", `${text.length} characters, for iteration ${n}`);
  } finally {
    await store?.close();
  }
  const run = crypto.randomUUID();
  await using environment = await makeRunEnvironment(run, settings, Deno.env.toObject());
  const probe = await probeAgent(environment.agent, {
    clock: systemClock,
    version: VERSION,
    model: settings.model,
  });
  line("agent", `${probe.name} ${probe.version}, ready in ${formatDuration(probe.ms)}`);
  line("model", `${settings.model}, known to the agent`);
  world.stdout("\nNothing was sent and nothing was changed: a dry run.\n");
}
