import assert from "node:assert/strict";
import { makeRecorder, type Recorder } from "../../src/loop/recorder.ts";
import { type CommandFacts, event, isKnown, type SessionEvent } from "../../src/session/event.ts";
import { granted } from "../../src/session/ruling.ts";
import type { Head } from "../../src/session/state.ts";
import type { Store } from "../../src/store/open.ts";
import { readEvents, readHead } from "../../src/store/read.ts";
import { transact } from "../../src/store/transact.ts";
import { Place } from "../support/place.ts";

/** A session `s` in a store of its own, whose run `run-1` has begun. */
export class TestSession implements AsyncDisposable {
  readonly store: Store;
  readonly recorder: Recorder;
  readonly place: Place;

  private constructor(place: Place, store: Store) {
    this.place = place;
    this.store = store;
    this.recorder = makeRecorder(store, "s", "run-1");
  }

  static async make(): Promise<TestSession> {
    const place = await Place.make();
    const store = await place.open();
    const started = event("run.started", {
      ...{ pid: 1, host: "h", version: "1", spec: "/s", root: "/", model: "m", command: [] },
      ...{ iterations: 0, timeMs: 0 },
    });
    const made = await transact(store, {
      session: "s",
      run: "run-1",
      actor: "run",
      tasks: false,
      create: { spec: null },
      decide: () => granted(started),
    });
    assert.equal(made.kind, "committed");
    return new TestSession(place, store);
  }

  async head(): Promise<Head> {
    const head = await readHead(this.store, "s");
    assert.ok(head !== undefined);
    return head;
  }

  async events(): Promise<readonly SessionEvent[]> {
    const events: SessionEvent[] = [];
    for await (const item of readEvents(this.store, "s", await this.head(), 0)) {
      assert.ok(isKnown(item), item.type);
      events.push(item);
    }
    return events;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.store[Symbol.asyncDispose]();
    await this.place[Symbol.asyncDispose]();
  }
}

/** A command of the user that has ended. */
export function ran(
  command: string,
  output: string,
  change: Partial<CommandFacts> = {},
): CommandFacts {
  return {
    ...{ command, end: "exited", exit: 0, ms: 5, bytes: output.length, sha256: "", output },
    tail: "",
    ...change,
  };
}
