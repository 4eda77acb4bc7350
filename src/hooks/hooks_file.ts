import { messageOf } from "../platform/failure.ts";
import { joinPath } from "../platform/paths.ts";
import { type Problem, throwProblems } from "../platform/problem.ts";
import { type Hooks, NO_HOOKS } from "./hook.ts";
import { type HooksContent, readHooksText } from "./hooks_text.ts";

/** Its name; it lies at the root. */
export const HOOKS_FILE = ".iteratr.hooks.yml";

/**
 * Reads the hooks of a project. Without a file there are none; a file that is there and cannot be read
 * is a mistake, because hooks that are silently left out are worse than a run that does not begin.
 *
 * @param root absolute path.
 * @throws {UserError} with every mistake at once, each with its file, line and column.
 */
export function loadHooks(root: string): Hooks {
  const path = joinPath(root, HOOKS_FILE);
  const { hooks, problems } = readFile(path);
  throwProblems(problems);
  return hooks;
}

/** What the file is easily called by mistake. */
const MISNAMED = ".iteratr.hooks.yaml";

function readFile(path: string): HooksContent {
  if (!isThere(path)) return { hooks: NO_HOOKS, problems: misnamed(path) };
  try {
    // Reading from a pipe would wait for whoever writes to it.
    if (!Deno.statSync(path).isFile) throw new Error("it is not a file");
    const text = new TextDecoder("utf-8", { fatal: true }).decode(Deno.readFileSync(path));
    return readHooksText(text, path);
  } catch (error) {
    const why = error instanceof TypeError ? "it is not UTF-8" : messageOf(error);
    const problem = { message: `the file cannot be read: ${why}`, where: path };
    return { hooks: NO_HOOKS, problems: [problem] };
  }
}

function misnamed(path: string): readonly Problem[] {
  const where = joinPath(path, "..", MISNAMED);
  if (!isThere(where)) return [];
  return [{ message: `hooks are read from ${HOOKS_FILE} alone: rename the file`, where }];
}

/** A link that leads nowhere is there: somebody meant to have hooks. */
function isThere(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch (error) {
    return !(error instanceof Deno.errors.NotFound);
  }
}
