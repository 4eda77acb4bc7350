import assert from "node:assert/strict";
import { attemptSection, type FailedAttempt } from "../../src/loop/turn/attempt_section.ts";
import { Repository } from "../git/_repository.ts";

const OUTSIDE: FailedAttempt = {
  error: "the agent's process ended with code 7",
  top: undefined,
  commits: [],
  uncommitted: undefined,
};

Deno.test("outside of git the next attempt is told the error and to look, and nothing of files", async () => {
  const [title, text, ...more] = (await attemptSection(OUTSIDE)).split("\n\n");
  assert.equal(title, "# An earlier attempt at this iteration failed");
  assert.match(
    text ?? "",
    /was interrupted: the agent's process ended with code 7\. What it has done/,
  );
  assert.deepEqual(more, []);
});

Deno.test("an error of several lines is one, without control characters, and not endless", async () => {
  const error = `first\n# second \x1b[31mred\x1b[0m ${"x".repeat(5_000)}`;
  const text = await attemptSection({ ...OUTSIDE, error });
  assert.match(text, /was interrupted: first # second red x+\.\.\.\. What/);
  assert.ok(text.length < 1_500);
  assert.equal(text.match(/^#/gm)?.length, 1);
});

Deno.test("what was committed and what was not is named; without either it says so", async () => {
  await using repository = await Repository.make();
  const top = repository.path;
  const nothing = await attemptSection({ ...OUTSIDE, top, uncommitted: [] });
  assert.match(nothing, /\n\nIt has changed no file\.$/);
  const told = await attemptSection({
    ...OUTSIDE,
    top,
    commits: [{ id: "0123456789abcdef", subject: "x" }],
    uncommitted: ["b.txt", "e v\ni.l"],
  });
  assert.ok(
    told.endsWith(
      `\n\nIt has committed:\n\n    0123456 x\n\n` +
        "Changed and not committed:\n\n    b.txt\n    e v i.l",
    ),
    told,
  );
});

Deno.test("where nobody keeps account of commits, git is asked what is changed", async () => {
  await using repository = await Repository.make();
  await repository.write("b.txt", "mine\n");
  await repository.write("new.txt", "mine\n");
  const told = await attemptSection({ ...OUTSIDE, top: repository.path });
  assert.ok(told.endsWith("\n\nChanged and not committed:\n\n    b.txt\n    new.txt"), told);
});

Deno.test("of many files thirty are named, and the others are counted", async () => {
  await using repository = await Repository.make();
  const uncommitted = Array.from({ length: 33 }, (_, n) => `file-${n}.txt`);
  const told = await attemptSection({ ...OUTSIDE, top: repository.path, uncommitted });
  assert.ok(told.endsWith("    file-29.txt\n    and 3 more"), told);
});
