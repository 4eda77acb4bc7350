import { isKnown } from "../../session/event.ts";
import { formatId } from "../../session/ids.ts";
import type { Head } from "../../session/state.ts";
import { readEvents, readHead, readTasks } from "../../store/read.ts";
import type { Store } from "../../store/open.ts";
import type { Completion, HookRunner } from "./hook_runner.ts";

/**
 * Runs the hooks of tasks that have been completed, once for each completion, whoever completed it. How
 * far they have come is kept in the session, so that a run that is killed leaves none out.
 */
export class Completions {
  readonly #store: Store;
  readonly #session: string;
  readonly #hooks: HookRunner;
  /** Up to here this run has looked. */
  #seen = 0;

  constructor(store: Store, session: string, hooks: HookRunner) {
    this.#store = store;
    this.#session = session;
    this.#hooks = hooks;
  }

  /**
   * Runs the hooks of what has been completed since the last time.
   *
   * @returns whether there were any to run.
   */
  async runHooks(stop: AbortSignal): Promise<boolean> {
    if (!this.#hooks.has("on_task_complete")) return false;
    const head = await readHead(this.#store, this.#session);
    if (head === undefined || head.seq <= this.#seen) return false;
    const from = Math.max(this.#seen, head.completionsFrom ?? head.seq);
    const completed = await completionsSince(this.#store, this.#session, head, from);
    const texts = new Map(
      (await readTasks(this.#store, this.#session, head)).map(({ n, text }) => [n, text]),
    );
    for (const completion of completed) {
      const { task } = completion;
      await this.#hooks.run(
        "on_task_complete",
        { taskId: formatId("TAS", task), taskContent: texts.get(task) ?? "" },
        stop,
        completion,
      );
      if (stop.aborted) return true;
    }
    this.#seen = head.seq;
    return completed.length > 0;
  }
}

/** What has been completed after an event, in the order in which it was; with the hooks that have ended. */
export async function completionsSince(
  store: Store,
  session: string,
  head: Head,
  seq: number,
): Promise<readonly Completion[]> {
  const completed: Omit<Completion, "ended">[] = [];
  const ended = new Map<number, string[]>();
  for await (const event of readEvents(store, session, head, seq)) {
    if (!isKnown(event)) continue;
    if (event.type === "hook.ended" && event.data.completion !== undefined) {
      const { completion, command } = event.data;
      ended.set(completion, [...ended.get(completion) ?? [], command]);
    }
    const isStatus = event.type === "task.status" || event.type === "task.added";
    if (!isStatus || event.data.status !== "completed") continue;
    completed.push({ task: event.data.n, seq: event.seq });
  }
  return completed.map((one) => ({ ...one, ended: ended.get(one.seq) ?? [] }));
}
