import { shellQuote } from "../../src/platform/words.ts";
import { isObject } from "../build/_json.ts";
import type { Finished } from "../build/_run.ts";
import type { Stage } from "../build/_stage.ts";

const AGENT = new URL("./_agent.ts", import.meta.url).pathname;

/** What an agent does in each of its turns. */
export interface Turns {
  /** A shell script; the number of the turn is in `$TURN`. */
  readonly script?: string;
  /** What the agent says at the end of it. */
  readonly say?: string;
}

/** Writes the turns down; gives the command of an agent that takes them. It keeps the stage's log. */
export async function scripted(stage: Stage, { script = "", say = "" }: Turns): Promise<string> {
  await Deno.writeTextFile(stage.join("turn.sh"), script);
  await Deno.writeTextFile(stage.join("say.txt"), say);
  const files = ["turn.sh", "say.txt", "log"].map((name) => stage.join(name));
  const [turn = "", words = "", log = ""] = files;
  const args = [`turn=${turn}`, `say=${words}`, `log=${log}`];
  return [Deno.execPath(), "run", "-A", AGENT, ...args].map(shellQuote).join(" ");
}

/** Runs `iteratr build` with such an agent to its end. */
export async function buildScripted(
  stage: Stage,
  turns: Turns,
  flags: readonly string[] = [],
): Promise<Finished> {
  const command = await scripted(stage, turns);
  return await stage.run(["build", "--model", "fake/m1", "--agent-command", command, ...flags]);
}

/** Sets keys of the project's configuration, as lines of its file. */
export async function configure(stage: Stage, ...lines: readonly string[]): Promise<void> {
  await Deno.writeTextFile(stage.project("iteratr.yml"), lines.map((line) => `${line}\n`).join(""));
}

/** An agent that closes no task may go on and on. */
export function neverStall(stage: Stage, ...lines: readonly string[]): Promise<void> {
  return configure(stage, "stall:", "  iterations: 100000", "  without_task: 100000", ...lines);
}

/** Which process of the fake got each prompt. */
export function promptPids(stage: Stage): readonly number[] {
  return stage.read("log").split("\n").filter((line) => line !== "")
    .map((line): unknown => JSON.parse(line)).filter(isObject)
    .filter(({ frame }) => isObject(frame) && frame["method"] === "session/prompt")
    .map(({ pid }) => Number(pid));
}
