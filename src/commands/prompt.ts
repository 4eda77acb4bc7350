import { nextPrompt } from "../loop/next_prompt.ts";
import { readSpec } from "../loop/spec_copy.ts";
import { systemClock } from "../platform/clock.ts";
import { UserError } from "../platform/failure.ts";
import { formatCount } from "../platform/text.ts";
import { isStore, openStore, storeFile } from "../store/open.ts";
import { readHead } from "../store/read.ts";
import { loadTemplate } from "./build/load_template.ts";
import { type BuildFlags, resolveSettings } from "./build/settings.ts";
import type { CommandWorld } from "./context.ts";

/** Models differ; four characters a token is what most come to with English and code. */
const CHARS_PER_TOKEN = 4;

/**
 * `iteratr prompt`: prints the prompt that the next iteration would send, and about how large it is. It
 * sends nothing and changes nothing.
 */
export async function printPrompt(
  flags: BuildFlags,
  configFlags: ReadonlyMap<string, string>,
  world: CommandWorld,
): Promise<void> {
  const settings = resolveSettings({ ...world, flags, configFlags, needsModel: false });
  const { config, session, extra, dataDirectory } = settings;
  const template = await loadTemplate(config.template);
  const spec = await readSpec(settings.spec);
  if (spec === undefined) throw new UserError(`the spec ${settings.spec} is not there`);
  const store = isStore(storeFile(dataDirectory))
    ? await openStore({ directory: dataDirectory, create: false })
    : undefined;
  try {
    const head = store === undefined ? undefined : await readHead(store, session);
    const promptLimits = {
      notesBytes: config["prompt.notes"],
      history: config["prompt.history"],
    };
    const plan = { session, template, promptLimits, extra, binary: "iteratr" };
    const n = (head?.iterations ?? 0) + 1;
    const text = await nextPrompt(store, systemClock, plan, n, spec);
    world.stdout(text.endsWith("\n") ? text : `${text}\n`);
    const tokens = formatCount(Math.ceil(text.length / CHARS_PER_TOKEN));
    world.stderr(`prompt of iteration ${n}: ${text.length} characters, about ${tokens} tokens\n`);
  } finally {
    await store?.close();
  }
}
