import { event, type NewEvent } from "../session/event.ts";
import { granted, type SessionView } from "../session/ruling.ts";
import type { Head } from "../session/state.ts";
import type { NewBlob } from "../store/blob.ts";
import type { Store } from "../store/open.ts";
import { transact } from "../store/transact.ts";

/** Writes the run's own events into the log. */
export interface Recorder {
  /** Appends events as one atomic; resolves when they are stored. */
  record(...events: readonly NewEvent[]): Promise<void>;
  /** The same, with the blobs that the events name. */
  recordWith(blobs: readonly NewBlob[], ...events: readonly NewEvent[]): Promise<void>;
  /**
   * Begins the next iteration; numbers are never given twice.
   *
   * @param commit the commit that HEAD is at; `undefined` where no commits are made.
   */
  beginIteration(commit: string | undefined): Promise<number>;
  /** Takes secrets out of a text that is to become a blob. */
  mask(text: string): string;
  /** Events that could not be stored, for the rescue file. */
  readonly unsaved: readonly Unsaved[];
  /** Hands over events that nobody will try to store any more. */
  keepUnsaved(events: readonly NewEvent[]): void;
}

/** Events that could not be stored, and the texts that they name. */
export interface Unsaved {
  readonly events: readonly NewEvent[];
  readonly blobs: readonly NewBlob[];
}

/** Makes the recorder of a run. The session must exist. */
export function makeRecorder(store: Store, session: string, run: string): Recorder {
  const unsaved: Unsaved[] = [];
  const commit = async (
    blobs: readonly NewBlob[],
    rule: (view: SessionView) => readonly NewEvent[],
  ): Promise<Head> => {
    const outcome = await transact(store, {
      session,
      run,
      actor: "run",
      tasks: false,
      blobs,
      decide: (view) => granted(...rule(view)),
    });
    switch (outcome.kind) {
      case "committed":
        return outcome.head;
      case "refused":
        throw new Error(`the log refused an event of the run: ${outcome.why}`);
      case "no-session":
        throw new Error(`session ${session} has vanished from the store`);
    }
  };
  const recordWith = async (
    blobs: readonly NewBlob[],
    ...events: readonly NewEvent[]
  ): Promise<void> => {
    try {
      await commit(blobs, () => events);
    } catch (error) {
      unsaved.push({ events, blobs });
      throw error;
    }
  };
  return {
    unsaved,
    mask: store.mask,
    keepUnsaved: (events) => void unsaved.push({ events, blobs: [] }),
    record: (...events) => recordWith([], ...events),
    recordWith,
    beginIteration: async (at) => {
      const head = await commit([], (view) => [
        event("iteration.started", {
          n: view.head.iterations + 1,
          ...(at === undefined ? {} : { commit: at }),
        }),
      ]);
      return head.iterations;
    },
  };
}
