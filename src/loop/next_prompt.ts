import type { Clock } from "../platform/clock.ts";
import {
  historySection,
  notesSection,
  type PromptLimits,
  tasksSection,
} from "../prompt/sections.ts";
import type { Template } from "../prompt/template.ts";
import type { Store } from "../store/open.ts";
import { readHead, readIterations, readNotes, readTasks } from "../store/read.ts";

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
}

/**
 * Renders the prompt of an iteration from where its session stands.
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
): Promise<string> {
  const { session, promptLimits } = plan;
  const head = store === undefined ? undefined : await readHead(store, session);
  const [tasks, notes, iterations] = store === undefined || head === undefined
    ? [[], [], []]
    : await Promise.all([
      readTasks(store, session, head),
      readNotes(store, session, head),
      readIterations(store, session, head, HISTORY_READ),
    ]);
  return plan.template({
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
}
