import {
  type Actor,
  event,
  EVENT_VERSION,
  type EventData,
  type EventType,
  type StoredEvent,
} from "../../src/session/event.ts";
import type { TaskStatus } from "../../src/session/task.ts";
import { NO_USAGE, type Usage } from "../../src/session/usage.ts";

const START = Date.parse("2026-01-02T12:00:00.000Z");

/** A log as a run writes it, a second between two events unless time is let pass. */
export class Log {
  readonly events: StoredEvent[] = [];
  #ms = 0;
  #run: string | null = null;
  #iteration: number | null = null;

  get now(): Date {
    return new Date(START + this.#ms);
  }

  pass(ms: number): this {
    this.#ms += ms;
    return this;
  }

  add<T extends EventType>(type: T, data: EventData[T], actor: Actor = "run"): this {
    return this.addAny({ ...event(type, data), v: EVENT_VERSION, actor });
  }

  addAny(item: Pick<StoredEvent, "type" | "data" | "v" | "actor">): this {
    this.events.push({
      seq: this.events.length + 1,
      at: this.now.toISOString(),
      run: this.#run,
      iteration: this.#iteration,
      ...item,
    });
    return this.pass(1000);
  }

  run(id: string, model = "fake/m1"): this {
    this.#run = id;
    return this.add("run.started", {
      ...{ pid: 1, host: "h", version: "0", spec: "s", root: "/", model, command: [] },
      ...{ iterations: 0, timeMs: 0 },
    });
  }

  endRun(ms: number): this {
    this.add("run.ended", {
      ...{ reason: "complete", code: 0, message: "", hints: [], iterations: 1, ms },
      usage: NO_USAGE,
    });
    this.#run = null;
    return this;
  }

  begin(n: number): this {
    this.#iteration = n;
    return this.add("iteration.started", { n });
  }

  spent(n: number, usage: Usage): this {
    return this.add("iteration.usage", { n, usage });
  }

  end(
    n: number,
    ms: number,
    usage: Usage,
    more: Partial<EventData["iteration.ended"]> = {},
  ): this {
    this.add("iteration.ended", {
      ...{ n, outcome: "progress", stop: "end_turn", ms, usage, state: null },
      ...more,
    });
    this.#iteration = null;
    return this;
  }

  plan(n: number, status: TaskStatus = "remaining"): this {
    return this.add("task.added", { n, text: `task ${n}`, status, priority: 2 }, "agent");
  }

  task(n: number, status: TaskStatus, actor: Actor = "agent"): this {
    return this.add("task.status", { n, status }, actor);
  }
}

/** A usage that is whole. */
export function used(
  inputTokens: number,
  outputTokens: number,
  cachedTokens: number,
  cost: number,
): Usage {
  return { inputTokens, outputTokens, cachedTokens, cost, partial: false };
}
