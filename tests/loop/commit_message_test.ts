import assert from "node:assert/strict";
import fc from "fast-check";
import { commitMessage, type CommitWords } from "../../src/loop/commits/commit_message.ts";
import type { Task } from "../../src/session/task.ts";

function task(n: number, text: string): Task {
  return {
    n,
    text,
    status: "completed",
    priority: 2,
    dependsOn: [],
    createdAt: "2026-11-20T10:00:00.000Z",
    updatedAt: "2026-11-20T10:00:00.000Z",
    iteration: 7,
  };
}

function words(change: Partial<CommitWords>): CommitWords {
  return { session: "user-auth", iteration: 7, tasks: [], summary: null, ...change };
}

/** The first line of the message for one task. */
function subjectOf(text: string): string {
  return commitMessage(words({ tasks: [task(3, text)] })).split("\n")[0] ?? "";
}

Deno.test("a message has a subject from the first task, a body from the summary, and trailers", () => {
  const message = commitMessage(words({
    tasks: [task(3, "Add the parser"), task(12, "Fix the lexer")],
    summary: "Wrote both.\n\nTests are next.",
  }));
  assert.equal(
    message,
    `feat: Add the parser

Wrote both.

Tests are next.

Iteratr-Session: user-auth
Iteratr-Iteration: 7
Iteratr-Task: TAS-3
Iteratr-Task: TAS-12
`,
  );
});

Deno.test("a message without a task and a summary has a subject and trailers", () => {
  const expected =
    "chore: work of iteration 7\n\nIteratr-Session: user-auth\nIteratr-Iteration: 7\n";
  assert.equal(commitMessage(words({})), expected);
  assert.equal(commitMessage(words({ summary: " \n\t\n" })), expected);
});

Deno.test("a subject's type follows from the word that the task begins with", () => {
  assert.deepEqual(
    ["Fix it", "  repair it", "Document it", "Write the docs", "TEST it", "Write unit tests"]
      .map((text) => subjectOf(text).split(":")[0]),
    ["fix", "fix", "docs", "docs", "test", "test"],
  );
  assert.deepEqual(
    ["Rename it", "Clean up", "Add it", "Fixtures for it", "Prefix it"]
      .map((text) => subjectOf(text).split(":")[0]),
    ["refactor", "refactor", "feat", "feat", "feat"],
  );
});

Deno.test("a task that is in conventional form already is the subject as it is", () => {
  for (const text of ["fix: the lexer", "feat(parser): read it", "refactor!: drop it"]) {
    assert.equal(subjectOf(text), text);
  }
});

Deno.test("a subject is one line of 72 characters at most, and no character is cut in two", () => {
  assert.equal(subjectOf("Add\n\n  a\tparser\r\n"), "feat: Add a parser");
  assert.equal(subjectOf("x".repeat(66)), `feat: ${"x".repeat(66)}`);
  assert.equal(subjectOf("x".repeat(67)), `feat: ${"x".repeat(63)}...`);
  for (const text of ["🎉".repeat(400), `a${"🎉".repeat(400)}`, "日本".repeat(4000)]) {
    const subject = subjectOf(text);
    assert.ok(subject.length <= 72 && subject.endsWith("..."), subject);
    assert.ok(subject.isWellFormed(), subject);
  }
});

Deno.test("a subject takes words that look like options, comments or commands as words", () => {
  for (const text of ["--amend", "-F /etc/passwd", "# heading", `$(touch x)'"; rm -rf .`, "%s"]) {
    assert.equal(subjectOf(text), `feat: ${text}`);
  }
});

Deno.test("a body line does not begin as a comment does", () => {
  const message = commitMessage(words({ summary: "# Done\nit # works\n## Next\n" }));
  assert.match(message, /^#? ?chore: .*\n\n ?# Done\nit # works\n ## Next\n\nIteratr-Session: /);
  assert.doesNotMatch(message, /^#/m);
});

Deno.test("a message holds no zeros, which would end it", () => {
  const message = commitMessage(words({ tasks: [task(1, "a\0b")], summary: "c\0d" }));
  assert.ok(!message.includes("\0"), JSON.stringify(message));
});

Deno.test("a message of any texts has a first line, a blank one, and the trailers at its end", () => {
  fc.assert(fc.property(
    fc.array(fc.string({ unit: "binary", minLength: 1 })),
    fc.option(fc.string({ unit: "binary", maxLength: 200 })),
    (texts, summary) => {
      const tasks = texts.map((text, index) => task(index + 1, text));
      const message = commitMessage(words({ tasks, summary }));
      const [subject = "", blank] = message.split("\n");
      assert.match(subject, /^[a-z]+: /);
      assert.ok(subject.length <= 72);
      assert.equal(blank, "");
      const last = message.trimEnd().split("\n\n").at(-1) ?? "";
      assert.deepEqual(last.split("\n"), [
        "Iteratr-Session: user-auth",
        "Iteratr-Iteration: 7",
        ...tasks.map(({ n }) => `Iteratr-Task: TAS-${n}`),
      ]);
    },
  ));
});
