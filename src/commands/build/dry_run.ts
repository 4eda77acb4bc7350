import { probeAgent } from "../../agent/probe.ts";
import { loadHooks } from "../../hooks/hooks_file.ts";
import { systemClock } from "../../platform/clock.ts";
import { formatDuration } from "../../platform/text.ts";
import { writeValue } from "../../config/kinds.ts";
import { originText } from "../config.ts";
import type { CommandWorld } from "../context.ts";
import { VERSION } from "../version.ts";
import { makeRunEnvironment } from "./environment.ts";
import { previewPrompt } from "./preview.ts";
import type { BuildSettings } from "./settings.ts";

/**
 * `iteratr build --dry-run`: resolves and validates everything, tries the agent and its model, and prints
 * what a run would work with. No turn is sent and nothing is written.
 *
 * @throws what would keep a run from beginning.
 */
export async function dryRun(settings: BuildSettings, world: CommandWorld): Promise<void> {
  const preview = await previewPrompt(settings);
  const line = (label: string, text: string): void => world.stdout(`${label.padEnd(9)}${text}\n`);
  line("session", settings.session);
  line("root", settings.root);
  line("spec", `${settings.spec} (${preview.specLength} characters)`);
  for (const { spec: key, value, origin } of settings.resolved.settings) {
    const shown = value === undefined ? "(not set)" : writeValue(key.kind, value);
    line("config", `${key.key} = ${shown}  (${originText(origin)})`);
  }
  for (const hook of Object.values(loadHooks(settings.root)).flat()) {
    const piped = hook.pipeOutput ? ", output to the agent" : "";
    line("hook", `${hook.name}: ${hook.command} (${formatDuration(hook.timeoutMs)}${piped})`);
  }
  for (const { name, command, timeoutMs } of settings.config.verify) {
    const label = name === command ? command : `${name}: ${command}`;
    line("gate", `${label} (${formatDuration(timeoutMs ?? settings.config.verify_timeout)})`);
  }
  line("prompt", `${preview.text.length} characters, for iteration ${preview.iteration}`);
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
