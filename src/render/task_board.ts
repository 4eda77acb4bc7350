import { printable } from "../platform/text.ts";
import { formatId } from "../session/ids.ts";
import { isClosed, type Task, type TaskStatus } from "../session/task.ts";
import { fit, labelled, spread } from "./layout.ts";
import type { Style } from "./style.ts";

/** What a renderer has to remember of the tasks, to tell of them in a line. */
export class TaskBoard {
  readonly #texts = new Map<number, string>();
  readonly #statuses = new Map<number, TaskStatus>();
  /** The iterations in which tasks were completed. */
  readonly #completedIn = new Map<number, number | null>();

  constructor(tasks: readonly Pick<Task, "n" | "text" | "status" | "iteration">[]) {
    for (const { n, text, status, iteration } of tasks) this.add(n, text, status, iteration);
  }

  /** How many tasks still need work. */
  get open(): number {
    return [...this.#statuses.values()].filter((status) => !isClosed({ status })).length;
  }

  get completed(): number {
    return [...this.#statuses.values()].filter((status) => status === "completed").length;
  }

  /** How many were completed in an iteration, also in one before the rendering began. */
  completedIn(iteration: number): number {
    return [...this.#completedIn.values()].filter((n) => n === iteration).length;
  }

  add(n: number, text: string, status: TaskStatus, iteration: number | null): void {
    this.#texts.set(n, text);
    this.setStatus(n, status, iteration);
  }

  setStatus(n: number, status: TaskStatus, iteration: number | null): void {
    this.#statuses.set(n, status);
    if (status === "completed") this.#completedIn.set(n, iteration);
    else this.#completedIn.delete(n);
  }

  clear(): void {
    this.#texts.clear();
    this.#statuses.clear();
    this.#completedIn.clear();
  }

  /** `task    TAS-1 Create user model      completed`. */
  line(n: number, what: string, { width, style }: { width: number; style: Style }): string {
    const id = formatId("TAS", n);
    const room = Math.max(20, width - 10 - id.length - what.length - 2);
    const text = fit(printable(this.#texts.get(n) ?? ""), room);
    return spread(labelled("task", `${id} ${text}`), what, width).replace(id, style.accent(id));
  }
}
