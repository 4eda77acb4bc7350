import { EVENT_VERSION, type StoredEvent } from "../../src/session/event.ts";
import { fold } from "../../src/session/fold.ts";
import type { Ruling, SessionView } from "../../src/session/ruling.ts";
import type { SessionState } from "../../src/session/state.ts";

/** When everything happens in a test. */
export const NOON = "2026-01-02T12:00:00.000Z";

/** A session without a store: commands in, events and state out. */
export class MemorySession {
  readonly events: StoredEvent[] = [];
  state: SessionState = fold([]);

  get view(): SessionView {
    return { head: this.state.head, tasks: [...this.state.tasks.values()] };
  }

  /** Carries out a command, as the store does. */
  run(decide: (view: SessionView) => Ruling): Ruling {
    const ruling = decide(this.view);
    for (const item of ruling.ok ? ruling.events : []) {
      const { head } = this.state;
      this.events.push({
        v: EVENT_VERSION,
        seq: head.seq + 1,
        at: NOON,
        run: head.run,
        iteration: item.type === "iteration.started" ? item.data.n : head.iteration,
        actor: "agent",
        ...item,
      });
      this.state = fold(this.events);
    }
    return ruling;
  }
}
