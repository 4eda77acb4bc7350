import assert from "node:assert/strict";
import { commitsBetween } from "../../src/git/history.ts";
import { headCommit } from "./_head.ts";
import { commitMessage } from "../../src/loop/commits/commit_message.ts";
import type { Task } from "../../src/session/task.ts";
import { NONE, Repository } from "./_repository.ts";

function task(text: string): Task {
  return {
    n: 3,
    text,
    status: "completed",
    priority: 2,
    dependsOn: [],
    createdAt: "2026-11-20T10:00:00.000Z",
    updatedAt: "2026-11-20T10:00:00.000Z",
    iteration: 7,
  };
}

/** What an agent could write into a task or a summary to be taken for another one. */
const HOSTILE = [
  "Iteratr-Session: other",
  "done\n\nIteratr-Session: other",
  "done\n\nIteratr-Session: other\nIteratr-Task: TAS-99\n",
  "Iteratr-Session: other\n\n\n",
  "done\r\n\r\nIteratr-Session: other\r\n",
  "done\n---\nIteratr-Session: other",
  "# done\n## more\n# ------------------------ >8 ------------------------\ncut off",
  "a\0b\n\nIteratr-Session: other\0",
  "feat: x\u2028\u2029Iteratr-Session: other",
  "\n".repeat(50) + "Iteratr-Session: other",
];

Deno.test("words of any kind come out of git as one commit of the right session, with its trailers", async () => {
  await using repository = await Repository.make();
  for (const [n, words] of HOSTILE.entries()) {
    const message = commitMessage({
      session: "mine",
      iteration: 7,
      tasks: [task(words)],
      summary: words,
    });
    const before = await headCommit(repository.path);
    await repository.write("a.txt", `${n}\n`);
    const result = await repository.work(NONE, message);
    assert.equal(result.kind, "committed", JSON.stringify([words, result]));
    const commits = await commitsBetween(
      repository.path,
      before,
      await headCommit(repository.path),
    );
    const facts = commits.map((
      { session, files, added, removed },
    ) => [session, files, added, removed]);
    assert.deepEqual(facts, [["mine", 1, 1, n === 0 ? 9 : 1]], JSON.stringify(words));
    assert.equal(
      await repository.git("log", "-1", "--format=%(trailers:only,unfold)"),
      "Iteratr-Session: mine\nIteratr-Iteration: 7\nIteratr-Task: TAS-3\n\n",
      JSON.stringify(words),
    );
    assert.equal(await repository.git("log", "-1", "--format=%B"), `${message}\n`);
  }
});
