import { oneLine, printable, withoutMiddle } from "../../platform/text.ts";
import { indented } from "../../prompt/indented.ts";
import { outcomeOf } from "../../session/command.ts";
import { type EventData, isKnown } from "../../session/event.ts";
import { failedBefore, type Gate, type GateBaseline } from "../../session/gate.ts";
import type { Head } from "../../session/state.ts";
import { loadText } from "../../store/blob.ts";
import type { Store } from "../../store/open.ts";
import { readEvent } from "../../store/read.ts";

/** So much of what all failing gates printed goes into one prompt, in characters. */
const MAX_CHARS = 128 * 1024;

/** What the prompt says of the gates. */
export interface GateSectionPlan {
  readonly session: string;
  readonly gates: readonly Gate[];
  readonly toleratesBaseline: boolean;
  /** Fingerprint of the gates. */
  readonly mark: string;
}

/**
 * Tells the agent which commands have to succeed before the session counts as done, and as long as the
 * last judgement stands against it, what the gates said. Each iteration is a new agent, to which nobody
 * else would tell it. Empty without gates.
 */
export async function gateSection(
  store: Store | undefined,
  plan: GateSectionPlan,
  head: Head | undefined,
  baseline: GateBaseline | undefined,
): Promise<string> {
  if (plan.gates.length === 0) return "";
  const tolerated = plan.toleratesBaseline ? baseline : undefined;
  const lines = plan.gates.map((gate) => {
    const { name, command } = gate;
    const label = name === command ? "" : ` (${oneLine(printable(name), 80)})`;
    const hasFailed = tolerated !== undefined && failedBefore(gate, tolerated);
    const may = hasFailed ? "; it failed before this session and may go on so" : "";
    return `- \`${oneLine(printable(command), 500)}\`${label}${may}`;
  });
  const intro = "Before the session counts as done, these commands are run at the root of the " +
    "project, and each has to exit 0. Run them yourself before you declare the session complete.";
  const rules = ["# Verification", intro, lines.join("\n")];
  const { judgement } = head ?? {};
  const stands = judgement !== undefined && !judgement.passed && judgement.gates === plan.mark;
  if (store === undefined || head === undefined || !stands) return rules.join("\n\n");
  return [...rules, ...await failures(store, plan.session, head, judgement.failed)].join("\n\n");
}

/** @param failed the gates that stand in the way: others may have failed that are tolerated. */
async function failures(
  store: Store,
  session: string,
  head: Head,
  failed: readonly string[],
): Promise<readonly string[]> {
  const room = Math.floor(MAX_CHARS / Math.max(1, failed.length));
  const pieces: string[] = [];
  for (const seq of head.evidence ?? []) {
    const event = await readEvent(store, session, head, seq);
    if (!isKnown(event) || event.type !== "gate.ended") continue;
    if (!failed.includes(event.data.name)) continue;
    const output = await loadText(store, session, head.epoch, event.data.output);
    pieces.push(pieceOf(event.data, output, room));
  }
  if (pieces.length === 0) return [];
  return [
    "The session was declared complete, and was reopened, because not all of them succeed. Find " +
    "the cause and mend it, without weakening what is checked; then declare the session complete " +
    "again (`iteratr tool session-complete`).",
    ...pieces,
  ];
}

function pieceOf(data: EventData["gate.ended"], output: string, room: number): string {
  const title = `## \`${oneLine(printable(data.command), 500)}\` ${outcomeOf(data)}`;
  const text = output.trim();
  if (text === "") return `${title}\n\n${indented("(it printed nothing)")}`;
  return `${title}\n\n${indented(withoutMiddle(text, room))}`;
}
