import { fieldsOf, parseJson } from "../json.ts";
import type { Options } from "../options.ts";
import type { Prompt } from "../scenario.ts";
import { quote } from "../shell.ts";
import { shell, write } from "../tool_calls.ts";
import type { Turn } from "../turn.ts";

/** What `iteratr tool task-next` said: a task, or a sentence that explains why there is none. */
type Next =
  | {
    readonly kind: "task";
    readonly id: string;
    readonly content: string;
    readonly status: string;
  }
  | { readonly kind: "none"; readonly reason: string };

/**
 * One iteration of honest work per prompt: plan when there is nothing yet, do one task, and declare the
 * session complete once all are done. Options: `tasks=3`, `chain=1` (each task waits for the one
 * before), `per-turn=1` (tasks done in one prompt), `declare=0` (never calls session-complete).
 */
export function makeWorks(options: Options): Prompt {
  const tasks = options.count("tasks", 3);
  const chain = options.flag("chain");
  const perTurn = options.count("per-turn", 1);
  const declare = options.flag("declare", true);
  return async (turn) => {
    turn.think("Let me see what comes next.");
    let next = await taskNext(turn);
    if (next.kind === "none" && /no tasks yet/.test(next.reason) && tasks > 0) {
      await plan(turn, tasks, chain);
      next = await taskNext(turn);
    }
    for (let done = 0; next.kind === "task" && done < perTurn; done++) {
      await work(turn, next);
      next = await taskNext(turn);
    }
    await turn.nextCall();
    if (next.kind === "task") {
      turn.say(`${next.id} comes next.`);
    } else if (declare && /no tasks yet|\ball\b.*\bdone\b/.test(next.reason)) {
      turn.say("All tasks are done.");
      await shell(turn, "iteratr tool session-complete");
    } else {
      turn.say(`I stop here. ${next.reason}`);
    }
    return turn.finish();
  };
}

async function taskNext(turn: Turn): Promise<Next> {
  const { output } = await shell(turn, "iteratr tool task-next");
  const lines = output.split("\n");
  const { id, content, status } = fieldsOf(parseJson(lines.find((line) => line[0] === "{") ?? ""));
  if (typeof id === "string") {
    return { kind: "task", id, content: String(content), status: String(status) };
  }
  const reason = lines.find((line) => line.startsWith("No ready tasks"));
  return { kind: "none", reason: reason ?? `task-next failed: ${output.trim()}` };
}

async function plan(turn: Turn, tasks: number, chain: boolean): Promise<void> {
  const numbers = Array.from({ length: tasks }, (_, index) => index + 1);
  const json = JSON.stringify(numbers.map((n) => ({ content: `Write file ${n}` })));
  turn.say(`There are no tasks yet. I plan ${tasks} of them.`);
  await shell(turn, `iteratr tool task-batch-add --tasks ${quote(json)}`);
  for (const n of chain ? numbers.slice(1) : []) {
    await shell(turn, `iteratr tool task-depends --id TAS-${n} --depends-on TAS-${n - 1}`);
  }
}

async function work(turn: Turn, task: Next & { readonly kind: "task" }): Promise<void> {
  const { id, content, status } = task;
  turn.say(`I take ${id}: ${content}.`);
  if (status !== "in_progress") {
    await shell(turn, `iteratr tool task-status --id ${id} --status in_progress`);
  }
  await write(turn, `out-${id.replace(/^\D*/, "")}.txt`, `${content}\n`);
  turn.think("The file is there; the task is done.");
  await shell(turn, `iteratr tool task-status --id ${id} --status completed`);
}
