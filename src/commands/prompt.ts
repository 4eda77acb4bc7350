import type { FlagTexts } from "../config/resolve.ts";
import { formatCount } from "../platform/text.ts";
import { previewPrompt } from "./build/preview.ts";
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
  configFlags: FlagTexts,
  world: CommandWorld,
): Promise<void> {
  const settings = resolveSettings({ ...world, flags, configFlags, needsModel: false });
  const { text, iteration } = await previewPrompt(settings);
  world.stdout(text.endsWith("\n") ? text : `${text}\n`);
  const tokens = formatCount(Math.ceil(text.length / CHARS_PER_TOKEN));
  world.stderr(
    `prompt of iteration ${iteration}: ${text.length} characters, about ${tokens} tokens\n`,
  );
}
