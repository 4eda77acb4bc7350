import type { Finished, Run } from "../build/_run.ts";
import { dataOf, type Seen, type Stage } from "../build/_stage.ts";
import { scripted, type Turns } from "../endings/_scripted.ts";

/** One completed task, and the session is declared done. */
export const DONE = `iteratr tool task-add --content 'one' --status completed
iteratr tool session-complete
`;

/** A hook for {@linkcode writeHooks}. */
export interface WrittenHook {
  readonly command: string;
  readonly timeout?: number;
  readonly pipe?: boolean;
}

/** The hooks of each moment; a text is a command whose output stays here. */
export type WrittenHooks = Readonly<Record<string, readonly (WrittenHook | string)[]>>;

/** Writes the project's hooks file. `$OUT` in a command is the stage's directory, outside the project. */
export async function writeHooks(stage: Stage, hooks: WrittenHooks): Promise<void> {
  const moments = Object.entries(hooks).map(([name, list]) => [name, list.map(written)]);
  const text = JSON.stringify({ version: 1, hooks: Object.fromEntries(moments) });
  await Deno.writeTextFile(stage.project(".iteratr.hooks.yml"), text);
}

/** A command whose output goes to the agent. */
export function piped(command: string, timeout?: number): WrittenHook {
  return { command, pipe: true, ...(timeout === undefined ? {} : { timeout }) };
}

function written(hook: WrittenHook | string): Readonly<Record<string, unknown>> {
  const { command, timeout, pipe = false } = typeof hook === "string" ? { command: hook } : hook;
  return { command, "pipe_output": pipe, ...(timeout === undefined ? {} : { timeout }) };
}

/** How a run with hooks is started. */
export interface HookedOptions {
  readonly turns?: Turns;
  readonly flags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts `iteratr build` with an agent whose turns are shell scripts; the usual one is {@linkcode DONE}. */
export async function startHooked(
  stage: Stage,
  { turns = { script: DONE }, flags = [], env = {} }: HookedOptions = {},
): Promise<Run> {
  const command = await scripted(stage, turns);
  const usual = ["build", "--model", "fake/m1", "--no-auto-commit", "--agent-command", command];
  return await stage.iteratr([...usual, ...flags], { env: { OUT: stage.root, ...env } });
}

/** Runs it to its end, which must leave neither a process nor a temporary file. */
export async function buildHooked(stage: Stage, options: HookedOptions = {}): Promise<Finished> {
  await using run = await startHooked(stage, options);
  return await stage.ended(run);
}

/** Any command of iteratr, beside a run that goes on. */
export async function command(stage: Stage, ...args: readonly string[]): Promise<Finished> {
  await using run = await stage.iteratr(args);
  return await run.finished();
}

/** What is recorded of the hooks of a session, or of those of one moment. */
export function hooksOf(
  seen: Seen,
  name?: string,
): readonly Readonly<Record<string, unknown>>[] {
  return dataOf(seen, "hook.ended").filter(({ hook }) => name === undefined || hook === name);
}

/** How often a text is in all the prompts together. */
export function timesPrompted(stage: Stage, text: string): number {
  return stage.prompts().reduce((sum, prompt) => sum + prompt.split(text).length - 1, 0);
}

/** A command that says by a file below `$OUT` that it runs, and then takes longer than any test. */
export function sleeping(file: string): WrittenHook {
  return { command: `echo on >>"$OUT/${file}"; sleep 1000 & sleep 1000`, timeout: 1000 };
}

/** The lines of a file below the stage that hooks have written. */
export function linesOf(stage: Stage, file: string): readonly string[] {
  return stage.read(file).split("\n").filter((line) => line !== "");
}
