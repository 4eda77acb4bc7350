import assert from "node:assert/strict";
import { isObject } from "../build/_json.ts";
import type { Finished, Run } from "../build/_run.ts";
import { dataOf, type Seen, type Stage, type StartOptions } from "../build/_stage.ts";
import { scripted } from "../endings/_scripted.ts";

/** What stands in an event. */
export type Data = Readonly<Record<string, unknown>>;

/** A turn that closes the only task of the session, and adds it if it has to. */
export const CLOSES = `iteratr tool task-list | grep -q TAS-1 ||
  iteratr tool task-add --content one --status completed
`;

/** A turn after which the session is declared done. */
export const DECLARES = `${CLOSES}iteratr tool session-complete\n`;

/** How a run is started whose gates matter. */
export interface GatedRun extends StartOptions {
  /** A shell script for each turn; declares the session done unless told otherwise. */
  readonly turn?: string;
  /** Commands for `--verify`. */
  readonly gates?: readonly string[];
  readonly flags?: readonly string[];
}

/** Starts such a run. Commits have tests of their own. */
export async function startGated(
  stage: Stage,
  { turn = DECLARES, gates = [], flags = [], ...options }: GatedRun = {},
): Promise<Run> {
  const agent = await scripted(stage, { script: turn });
  const usual = ["build", "--model", "fake/m1", "--no-auto-commit", "--agent-command", agent];
  const verify = gates.flatMap((gate) => ["--verify", gate]);
  return await stage.iteratr([...usual, ...verify, ...flags], options);
}

/** Runs it to its end, which must leave nothing behind. */
export async function gated(stage: Stage, options: GatedRun = {}): Promise<Finished> {
  await using run = await startGated(stage, options);
  return await stage.ended(run);
}

/** Checks how a run ended; what it printed is told when it did not. */
export function endedWith({ code, stdout, stderr }: Finished, expected: number): void {
  assert.equal(code, expected, `${stdout}\n--- stderr\n${stderr}`);
}

/** What was said of the session as a whole, for one purpose. */
export function verdicts(seen: Seen, purpose: "baseline" | "judgement"): readonly Data[] {
  return dataOf(seen, "verify.ended").filter((data) => data["for"] === purpose);
}

/** The gates that were run, for one purpose. */
export function gatesRun(seen: Seen, purpose: "baseline" | "judgement"): readonly Data[] {
  return dataOf(seen, "gate.ended").filter((data) => data["for"] === purpose);
}

/** Runs a script in the stage's project, which must succeed; gives what it printed. */
export async function shell(stage: Stage, script: string): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command("/bin/sh", {
    args: ["-ec", script],
    cwd: stage.project(),
    env: await stage.environment(IDENTITY),
    clearEnv: true,
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  assert.ok(success, `${script}: ${decoder.decode(stderr)}`);
  return decoder.decode(stdout).trimEnd();
}

/** Who makes commits here. */
export const IDENTITY = {
  GIT_AUTHOR_NAME: "A",
  GIT_AUTHOR_EMAIL: "a@example.org",
  GIT_COMMITTER_NAME: "A",
  GIT_COMMITTER_EMAIL: "a@example.org",
};

/** Runs any other command of iteratr beside a run or after it. */
export async function command(stage: Stage, ...args: readonly string[]): Promise<Finished> {
  await using run = await stage.iteratr(args);
  return await run.finished();
}

/** `iteratr status --json`. */
export async function statusOf(
  stage: Stage,
): Promise<{ readonly code: number; readonly summary: Data }> {
  const { code, stdout, stderr } = await command(stage, "status", "--json");
  assert.equal(stderr, "");
  const summary: unknown = JSON.parse(stdout);
  assert.ok(isObject(summary));
  return { code, summary };
}

/** What an event's text was stored as, if it is short. */
export function textOf(data: Data | undefined): string {
  return String(data?.["output"] ?? "");
}
