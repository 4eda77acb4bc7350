/** The moments of a run at which hooks are run, in the order in which a run comes to them. */
export const HOOK_NAMES = [
  "session_start",
  "pre_iteration",
  "post_iteration",
  "on_task_complete",
  "on_error",
  "session_end",
] as const;

/** One of {@linkcode HOOK_NAMES}. */
export type HookName = typeof HOOK_NAMES[number];
