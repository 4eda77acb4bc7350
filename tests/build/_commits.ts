import assert from "node:assert/strict";
import type { Stage, StartOptions } from "./_stage.ts";

/** Who commits, as git takes it from the environment. */
export const IDENTITY = {
  GIT_AUTHOR_NAME: "A",
  GIT_AUTHOR_EMAIL: "a@example.org",
  GIT_COMMITTER_NAME: "A",
  GIT_COMMITTER_EMAIL: "a@example.org",
};
export const OPTIONS: StartOptions = { env: IDENTITY };
export const FLAGS = ["--auto-commit"];

/** Runs a script in the stage's project, which must succeed. */
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
  return decoder.decode(stdout);
}

/** Lets the agent do this, too, in each turn in which it takes a task: `sh` is what it does it with. */
export async function alsoDoes(stage: Stage, script: string): Promise<void> {
  const work = `{\n${script}\n} >>"$HOME/work.log" 2>&1`;
  const taking = `case "$2" in *"--status in_progress"*)\n${work}\n;; esac`;
  await stage.writeProgram("sh", `${taking}\nexec /bin/sh "$@"`);
}

/** Subjects of all commits, the oldest first. */
export async function subjects(stage: Stage): Promise<readonly string[]> {
  return (await shell(stage, "git log --reverse --format=%s")).trimEnd().split("\n");
}

/** The files that a revision holds. */
export async function files(stage: Stage, revision = "HEAD"): Promise<readonly string[]> {
  const listed = await shell(stage, `git ls-tree -r --full-tree --name-only ${revision}`);
  return listed.trimEnd().split("\n");
}
