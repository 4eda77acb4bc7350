import type { Clock } from "../platform/clock.ts";
import {
  historySection,
  notesSection,
  type PromptLimits,
  tasksSection,
} from "../prompt/sections.ts";
import type { Template } from "../prompt/template.ts";
import type { Gate } from "../session/gate.ts";
import { NO_INFO } from "../session/state.ts";
import type { Store } from "../store/open.ts";
import { readHead, readInfo, readIterations, readNotes, readTasks } from "../store/read.ts";
import { refusalSection } from "./commits/commit_refusal.ts";
import { gateSection } from "./commands/gate_section.ts";
import { heldSection } from "./commands/held_output.ts";

/** Summaries are looked for in so many of the last iterations. */
const HISTORY_READ = 200;

/** What a prompt is made from, besides what the session holds. */
export interface PromptPlan {
  readonly session: string;
  readonly template: Template;
  readonly promptLimits: PromptLimits;
  readonly extra: string;
  /** The path of the `iteratr` that the agent is to call. */
  readonly binary: string;
  readonly gates: readonly Gate[];
  readonly toleratesBaseline: boolean;
  readonly limits: {
    /** Fingerprint of the gates. */
    readonly gates: string;
  };
  readonly autoCommit: boolean;
}

/** A prompt, and what it tells for the first time. */
export interface NextPrompt {
  readonly text: string;
  /** What hooks have to say in it for the first time; empty when nothing was held. */
  readonly held: string;
  /** The last event whose held output is in it; 0 when there is none. */
  readonly through: number;
}

/**
 * Renders the prompt of an iteration from where its session stands: what hooks have printed for it, the
 * template, the gates, and what was said of a commit that was refused.
 *
 * @param store `undefined` when there is none yet: then the session is empty.
 * @param n the iteration's number.
 */
export async function nextPrompt(
  store: Store | undefined,
  clock: Clock,
  plan: PromptPlan,
  n: number,
  spec: string,
): Promise<NextPrompt> {
  const { session, promptLimits } = plan;
  const head = store === undefined ? undefined : await readHead(store, session);
  const [tasks, notes, iterations, info] = store === undefined || head === undefined
    ? [[], [], [], NO_INFO]
    : await Promise.all([
      readTasks(store, session, head),
      readNotes(store, session, head),
      readIterations(store, session, head, HISTORY_READ),
      readInfo(store, session, head),
    ]);
  const held = store === undefined || head === undefined
    ? { text: "", through: 0 }
    : await heldSection(store, session, head);
  const main = plan.template({
    session,
    iteration: String(n),
    spec: spec.trim(),
    tasks: tasksSection(tasks),
    notes: notesSection(notes, promptLimits),
    history: historySection(iterations, clock.now(), promptLimits),
    extra: plan.extra,
    port: "0",
    binary: plan.binary,
  });
  const { gates, toleratesBaseline } = plan;
  const gatePlan = { session, gates, toleratesBaseline, mark: plan.limits.gates };
  // An iteration that was broken off has not come to its commit: what was said before still stands.
  const before = iterations.findLast((iteration) =>
    iteration.n < n && (iteration.refusal !== undefined || iteration.outcome !== "interrupted")
  );
  const parts = [
    held.text,
    main,
    await gateSection(store, gatePlan, head, info.gates),
    plan.autoCommit && head?.refused !== undefined ? refusalSection(before?.refusal) : "",
  ];
  const text = parts.filter((part) => part !== "").join("\n\n");
  return { text, held: held.text, through: held.through };
}
