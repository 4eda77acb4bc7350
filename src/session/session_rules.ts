import { event } from "./event.ts";
import { formatId } from "./ids.ts";
import type { NoteType } from "./note.ts";
import { granted, refused, type Ruling, type SessionView, textProblem } from "./ruling.ts";
import { idList } from "./task_graph.ts";

/** Records a note. */
export function addNote(view: SessionView, type: NoteType, text: string): Ruling {
  const problem = textProblem("the content", text);
  if (problem !== undefined) return refused(problem);
  return granted(event("note.added", { n: view.head.notes + 1, type, text: text.trim() }));
}

/**
 * Records what an iteration did: the one that is going on, else the last one. A later summary of the
 * same iteration takes the place of the earlier one.
 */
export function summarize(view: SessionView, text: string): Ruling {
  const problem = textProblem("the summary", text);
  if (problem !== undefined) return refused(problem);
  const n = view.head.iteration ?? view.head.iterations;
  if (n === 0) return refused("there is no iteration to summarize: the session has had none yet");
  return granted(event("iteration.summary", { n, text: text.trim() }));
}

/**
 * Declares the session done. Tasks that still need work refuse it; blocked ones do not, since an
 * agent that can do no more must be able to say so (the run then ends as stalled, naming them).
 */
export function completeSession(view: SessionView, assumed: boolean): Ruling {
  if (view.tasks.length === 0) {
    return refused("the session has no tasks yet: add the tasks of the spec first");
  }
  const open = view.tasks.filter((task) =>
    task.status === "remaining" || task.status === "in_progress"
  );
  const [first] = open;
  if (first !== undefined) {
    const rest = open.length === 1
      ? `${formatId("TAS", first.n)} is ${first.status}`
      : `${idList(open.map((task) => task.n))} are remaining or in progress`;
    return refused(`the session is not done: ${rest}`);
  }
  return view.head.complete ? granted() : granted(event("session.completed", { assumed }));
}
