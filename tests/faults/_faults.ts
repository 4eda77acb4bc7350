import assert from "node:assert/strict";
import { dataOf, type Seen, type Stage } from "../build/_stage.ts";
import type { Finished, Run } from "../build/_run.ts";
import { configure } from "../endings/_scripted.ts";

/** Retries that do not wait, and other keys; committed, so that the work tree is clean. */
export async function retryAtOnce(stage: Stage, ...lines: readonly string[]): Promise<void> {
  await configure(stage, "retry:", "  delays: [0s]", ...lines);
  await commitAll(stage);
}

/** Commits all that lies in the project. */
export async function commitAll(stage: Stage): Promise<void> {
  const git = await new Deno.Command("git", {
    args: ["-c", "user.name=A", "-c", "user.email=a@example.org", "commit", "-q", "-m", "more"],
    cwd: await add(stage),
    env: await stage.environment(),
    clearEnv: true,
  }).output();
  assert.ok(git.success, new TextDecoder().decode(git.stderr));
}

async function add(stage: Stage): Promise<string> {
  const cwd = stage.project();
  await new Deno.Command("git", { args: ["add", "-A"], cwd }).output();
  return cwd;
}

/** The arguments of the fake for a fault that shows at the first `times` prompts, of all its processes. */
export function first(stage: Stage, times: number, scenario: string): string {
  return `${scenario} times=${times} count=${stage.join("count")}`;
}

/** Numbers of iterations, in the order of their beginnings, with their outcomes. */
export function outcomes({ iterations }: Seen): readonly (readonly [number, string | undefined])[] {
  return iterations.map(({ n, outcome }) => [n, outcome ?? undefined] as const);
}

/** What was tried again, and why. */
export function retries(seen: Seen): readonly string[] {
  return dataOf(seen, "retry.scheduled")
    .map(({ attempt, max, delayMs, error }) => `${attempt}/${max} ${delayMs} ${error}`);
}

/** All that a run printed, for the message of an assertion. */
export function told({ stdout, stderr }: Finished | Run): string {
  return `--- stdout\n${stdout.slice(-4000)}\n--- stderr\n${stderr.slice(-2000)}`;
}

/** The run must have ended so. */
export function checkEnded(finished: Finished, code: number, last?: RegExp): void {
  assert.equal(finished.code, code, told(finished));
  const line = finished.stdout.trimEnd().split("\n").at(-1) ?? "";
  if (last !== undefined) assert.match(line, last, told(finished));
  assert.doesNotMatch(finished.stderr, /^ {4}at /m, "a stack trace");
}

/** Runs another command of iteratr to its end, while a run goes on. */
export async function beside(stage: Stage, ...args: readonly string[]): Promise<Finished> {
  await using run = await stage.iteratr(args);
  return await run.finished();
}

/** A measured figure for whoever reads the output of the tests. */
export function report(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`      ${line}\n`));
}
