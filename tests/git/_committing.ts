import { IDENTITY, shell } from "../build/_commits.ts";
import type { Finished, Run } from "../build/_run.ts";
import { dataOf, type Seen, type Stage } from "../build/_stage.ts";
import { scripted } from "../endings/_scripted.ts";

/** Starts a run that commits, with an agent whose turns are a script. `$OUT` is the stage's directory. */
export async function startCommitting(
  stage: Stage,
  script: string,
  flags: readonly string[] = [],
): Promise<Run> {
  const agent = ["--agent-command", await scripted(stage, { script })];
  const usual = ["build", "--model", "fake/m1", "--auto-commit", ...agent];
  return await stage.iteratr([...usual, ...flags], { env: { ...IDENTITY, OUT: stage.root } });
}

/** Runs it to its end, which must leave nothing behind. */
export async function buildCommitting(
  stage: Stage,
  script: string,
  flags: readonly string[] = [],
): Promise<Finished> {
  await using run = await startCommitting(stage, script, flags);
  return await stage.ended(run);
}

/** A hook of the project's repository. */
export async function writeGitHook(stage: Stage, name: string, script: string): Promise<void> {
  await shell(stage, "mkdir -p .git/hooks");
  await Deno.writeTextFile(stage.project(".git/hooks", name), `#!/bin/sh\n${script}\n`, {
    mode: 0o755,
  });
}

/** Who has made which commit, as the log has it. */
export function made(seen: Seen): readonly string[] {
  return dataOf(seen, "commit.made").map(({ by, subject }) => `${by}: ${subject}`);
}
