import { printable, withoutMiddle } from "../../platform/text.ts";
import { indented } from "../../prompt/indented.ts";
import { outcomeOf } from "../../session/command.ts";
import { type EventData, isKnown, type SessionEvent } from "../../session/event.ts";
import type { Head } from "../../session/state.ts";
import { loadText } from "../../store/blob.ts";
import type { Store } from "../../store/open.ts";
import { readEvent } from "../../store/read.ts";

/** So much of all held output goes into one prompt, in characters. */
const MAX_CHARS = 256 * 1024;

/** What hooks have printed for the agent. */
export interface HeldSection {
  /** The section of the prompt; empty when nothing is held. */
  readonly text: string;
  /** The last event that is in it. */
  readonly through: number;
}

type HookEvent = Extract<SessionEvent, { readonly type: "hook.ended" }>;

/** Puts the output that hooks are held for into words for the next prompt, in the order of their runs. */
export async function heldSection(
  store: Store,
  session: string,
  head: Head,
): Promise<HeldSection> {
  const pieces: string[] = [];
  const held = head.held ?? [];
  const room = Math.floor(MAX_CHARS / Math.max(1, held.length));
  let through = 0;
  for (const { seq } of held) {
    through = seq;
    const event = await readEvent(store, session, head, seq);
    if (!isKnown(event) || event.type !== "hook.ended") continue;
    const output = await loadText(store, session, head.epoch, event.data.output);
    pieces.push(`## ${title(event)}\n\n${body(output, room)}`);
  }
  if (pieces.length === 0) return { text: "", through };
  const intro = "Commands of this project's owner have been run, and this is what they say. " +
    "Where one has failed, fix what it reports.";
  return { text: ["# Output of hooks", intro, ...pieces].join("\n\n"), through };
}

function title({ data, iteration }: HookEvent): string {
  const when = iteration === null ? "" : `, iteration ${iteration}`;
  return `${data.hook}${when}: \`${oneLineCommand(data)}\` ${outcomeOf(data)}`;
}

function oneLineCommand({ command }: EventData["hook.ended"]): string {
  return printable(command).trim().replaceAll(/\s*\n\s*/g, "; ");
}

function body(output: string, room: number): string {
  const text = output.trim();
  return indented(text === "" ? "(it printed nothing)" : withoutMiddle(text, room));
}
