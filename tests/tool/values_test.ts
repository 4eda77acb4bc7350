import assert from "node:assert/strict";
import fc from "fast-check";
import { readDrafts, readPriority } from "../../src/commands/tool/values.ts";
import { UserError } from "../../src/platform/failure.ts";
import { PRIORITIES, TASK_STATUSES } from "../../src/session/task.ts";

Deno.test("readPriority takes 0 to 4 and nothing else", () => {
  for (const n of PRIORITIES) assert.equal(readPriority("--priority", String(n)), n);
  fc.assert(fc.property(fc.string(), (text) => {
    fc.pre(!/^[0-4]$/.test(text));
    assert.throws(() => readPriority("--priority", text), UserError);
  }));
});

Deno.test("readDrafts reads back every batch that is written as JSON", () => {
  const draft = fc.record({
    content: fc.string(),
    status: fc.constantFrom(...TASK_STATUSES),
    priority: fc.constantFrom(...PRIORITIES),
  }, { requiredKeys: ["content"] });
  fc.assert(fc.property(fc.array(draft), (drafts) => {
    assert.deepEqual(
      readDrafts(JSON.stringify(drafts)),
      drafts.map(({ content, ...rest }) => ({ text: content, ...rest })),
    );
  }));
});

Deno.test("readDrafts reads drafts or throws a message for a person, whatever the text", () => {
  const almost = fc.array(fc.oneof(
    fc.jsonValue(),
    fc.dictionary(fc.constantFrom("content", "status", "priority", "x"), fc.jsonValue()),
  )).map((value) => JSON.stringify(value));
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json(), almost), (text) => {
      try {
        for (const draft of readDrafts(text)) assert.equal(typeof draft.text, "string");
      } catch (error) {
        assert.ok(error instanceof UserError, String(error));
        assert.match(error.message, /--tasks/);
      }
    }),
    { numRuns: 500 },
  );
});
