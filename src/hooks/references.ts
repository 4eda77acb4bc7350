import type { HookName } from "../session/hook.ts";
import { dangers } from "./dangers.ts";
import { type Found, UnclearError } from "./shell/parts.ts";
import { scanShell } from "./shell/scan.ts";

/** What a command can refer to. */
export interface HookVariable {
  /** The variable of its environment. */
  readonly variable: string;
  /** The hooks in which it has a value; all when it is not said. */
  readonly hooks?: readonly HookName[];
  /** A model has written it: it must never become code. */
  readonly isForeign?: true;
}

const ITERATION_HOOKS = ["pre_iteration", "post_iteration", "on_error"] as const;
const TASK_HOOKS = ["on_task_complete"] as const;

/** By the names that a command refers to, as `{{session}}`. */
export const HOOK_VARIABLES: ReadonlyMap<string, HookVariable> = new Map<string, HookVariable>([
  ["session", { variable: "ITERATR_SESSION" }],
  ["iteration", { variable: "ITERATR_ITERATION", hooks: ITERATION_HOOKS }],
  ["task_id", { variable: "ITERATR_TASK_ID", hooks: TASK_HOOKS }],
  ["task_content", { variable: "ITERATR_TASK_CONTENT", hooks: TASK_HOOKS, isForeign: true }],
  ["error", { variable: "ITERATR_ERROR", hooks: ["on_error"], isForeign: true }],
]);

const NAMES: ReadonlyMap<string, string> = new Map(
  [...HOOK_VARIABLES].map(([name, { variable }]) => [name, variable]),
);

/** What a model has written, with the variable that holds it. */
const FOREIGN: ReadonlyMap<string, string> = new Map(
  [...HOOK_VARIABLES].filter(([, { isForeign }]) => isForeign)
    .map(([name, { variable }]) => [name, variable]),
);

/** A command made ready for the shell, and what is wrong with it. */
export interface Fitted {
  readonly script: string;
  readonly mistakes: readonly string[];
}

/**
 * Makes references to variables of the environment of `{{session}}` and its like, each fitted to the
 * quotes around it, so that the shell passes the value on as it is and never reads it as code. All else
 * stays as it is, to the byte.
 *
 * Where another program would read a word as code, or what it finds on its standard input, a text that a
 * model has written is a mistake. Only programs that are known by their names are judged, wherever in a
 * command these stand: for others it is theirs to pass a text on as a text.
 */
export function fitReferences(command: string, hook: HookName): Fitted {
  // Most commands have none; and what is odd in one without is for the shell to tell.
  const named = [...command.matchAll(/\{\{([a-z_]+)\}\}/g)].map(([, name = ""]) => name)
    .filter((name) => NAMES.has(name));
  if (named[0] === undefined) return { script: command, mistakes: [] };
  try {
    const scan = scanShell(command, NAMES);
    const mistakes = [...misplaced(scan.found, hook), ...dangers(scan, FOREIGN)];
    return { script: replaced(command, scan.found), mistakes: [...new Set(mistakes)] };
  } catch (error) {
    if (!(error instanceof UnclearError)) throw error;
    const message = `how the shell would read {{${named[0]}}} cannot be told: ${error.message}`;
    return { script: command, mistakes: [message] };
  }
}

function replaced(command: string, found: readonly Found[]): string {
  let script = "";
  let at = 0;
  for (const { from, to, put } of found.toSorted((a, b) => a.from - b.from)) {
    script += command.slice(at, from) + put;
    at = to;
  }
  return script + command.slice(at);
}

/** References to what has no value there. */
function misplaced(found: readonly Found[], hook: HookName): readonly string[] {
  return found.flatMap(({ name, place }) => {
    const hooks = HOOK_VARIABLES.get(name)?.hooks;
    if (hooks !== undefined && !hooks.includes(hook)) {
      return [`{{${name}}} has no value in ${hook}, only in ${hooks.join(", ")}`];
    }
    return place === "literal"
      ? [
        `{{${name}}} would be left as it is: the shell expands nothing in a here-document whose end ` +
        "is quoted; write its end without quotes",
      ]
      : [];
  });
}
