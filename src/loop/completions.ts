import { isKnown } from "../session/event.ts";
import { formatId } from "../session/ids.ts";
import { readEvents, readHead, readTasks } from "../store/read.ts";
import type { Store } from "../store/open.ts";
import type { HookRunner } from "./hook_runner.ts";

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

  /** Runs the hooks of what has been completed since the last time. */
  async runHooks(stop: AbortSignal): Promise<void> {
    if (!this.#hooks.has("on_task_complete")) return;
    const head = await readHead(this.#store, this.#session);
    if (head === undefined) return;
    const from = Math.max(this.#seen, head.completionsFrom ?? head.seq);
    const completed: { readonly task: number; readonly seq: number }[] = [];
    for await (const event of readEvents(this.#store, this.#session, head, from)) {
      if (!isKnown(event)) continue;
      const isStatus = event.type === "task.status" || event.type === "task.added";
      if (!isStatus || event.data.status !== "completed") continue;
      completed.push({ task: event.data.n, seq: event.seq });
    }
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
      if (stop.aborted) return;
    }
    this.#seen = head.seq;
  }
}
