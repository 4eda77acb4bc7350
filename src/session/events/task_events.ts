import type { NoteType } from "../note.ts";
import type { Priority, TaskStatus } from "../task.ts";

/** Events of tasks and notes. */
export interface TaskEvents {
  readonly "task.added": {
    readonly n: number;
    readonly text: string;
    readonly status: TaskStatus;
    readonly priority: Priority;
  };
  readonly "task.status": { readonly n: number; readonly status: TaskStatus };
  readonly "task.priority": { readonly n: number; readonly priority: Priority };
  readonly "task.depends": { readonly n: number; readonly on: number };
  readonly "task.independent": { readonly n: number; readonly of: number };
  readonly "note.added": { readonly n: number; readonly type: NoteType; readonly text: string };
}
