import { joinPath } from "../../src/platform/paths.ts";
import { CHECKOUT } from "../release/bundle.ts";
import { SESSION, TASKS } from "./seed.ts";
import type { DenoCommand, Stage } from "./stage.ts";

/** Where the program comes from. */
export type Source = "source" | "bundle";

/** What a call asks for: to read, or to write. */
export type Call = "task-next" | "task-status";

/** `deno run` of a file that holds nothing. */
export async function emptyCommand(stage: Stage): Promise<DenoCommand> {
  const path = stage.path("empty.ts");
  await Deno.writeTextFile(path, "");
  return { args: ["run", "-A", "--quiet", "--unstable-kv", "--no-config", path] };
}

/**
 * The calls of `iteratr tool` on a store, one after another, with the command line and the environment
 * that the agent's have. Each `task-status` changes something: it sets a task to in progress, the next
 * one sets it back, and then the next task's turn comes.
 */
export async function toolCalls(
  stage: Stage,
  source: Source,
  directory: string,
): Promise<(call: Call) => DenoCommand> {
  const program = source === "source"
    ? [joinPath(CHECKOUT, "main.ts")]
    : ["--no-config", await stage.bundle()];
  const run = ["run", "-A", "--quiet", "--unstable-kv", ...program, "tool"];
  const env = { ITERATR_DATA_DIR: directory, ITERATR_SESSION: SESSION, ITERATR_RUN: "bench" };
  let writes = 0;
  return (call) => {
    if (call === "task-next") return { args: [...run, call], env };
    const n = Math.floor(writes / 2) % TASKS + 1;
    const status = writes % 2 === 0 ? "in_progress" : "remaining";
    writes++;
    return { args: [...run, call, "--id", `TAS-${n}`, "--status", status], env };
  };
}
