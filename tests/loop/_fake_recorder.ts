import type { Recorder } from "../../src/loop/recorder.ts";
import type { EventData, EventType, NewEvent } from "../../src/session/event.ts";

/** A recorder without a store. */
export class FakeRecorder implements Recorder {
  readonly events: NewEvent[] = [];
  readonly unsaved = [];
  /** Called after each record. */
  onRecord: () => void = () => undefined;

  record(...events: readonly NewEvent[]): Promise<void> {
    this.events.push(...events);
    this.onRecord();
    return Promise.resolve();
  }

  recordWith(_blobs: unknown, ...events: readonly NewEvent[]): Promise<void> {
    return this.record(...events);
  }

  beginIteration(): Promise<number> {
    return Promise.reject(new Error("not here"));
  }

  mask(text: string): string {
    return text;
  }

  keepUnsaved(): void {
    throw new Error("not here");
  }

  /** The data of the events of one type. */
  of<T extends EventType>(type: T): readonly EventData[T][] {
    return this.events.filter((event) => event.type === type)
      .map(({ data }) => data as EventData[T]);
  }
}
