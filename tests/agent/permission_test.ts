import assert from "node:assert/strict";
import fc from "fast-check";
import { allow } from "../../src/agent/permission.ts";

const ONCE = { optionId: "once", kind: "allow_once", name: "Allow once" };
const ALWAYS = { optionId: "always", kind: "allow_always", name: "Always allow" };
const REJECT = { optionId: "reject", kind: "reject_once", name: "Reject" };
const NEVER = { optionId: "never", kind: "reject_always", name: "Always reject" };

const CANCELLED = { outcome: { outcome: "cancelled" } };

function selected(optionId: string): unknown {
  return { outcome: { outcome: "selected", optionId } };
}

Deno.test("a permission is given once, in whatever order the options stand", () => {
  fc.assert(
    fc.property(
      fc.shuffledSubarray([ONCE, ALWAYS, REJECT, NEVER], { minLength: 4 }),
      (options) => assert.deepEqual(allow({ options }), selected("once")),
    ),
  );
});

Deno.test("a permission is given for always when that is the only way", () => {
  assert.deepEqual(allow({ options: [NEVER, ALWAYS, REJECT] }), selected("always"));
});

Deno.test("the kind of an option counts, not what its id says", () => {
  const options = [{ ...REJECT, optionId: "allow" }, { ...ONCE, optionId: "reject" }];
  assert.deepEqual(allow({ options }), selected("reject"));
});

Deno.test("a permission that can only be refused is cancelled, and so is what is no question", () => {
  for (
    const params of [
      { options: [REJECT, NEVER] },
      { options: [] },
      { options: [{ optionId: "x" }, { kind: "allow_once" }, null, "allow_once"] },
      { options: "allow_once" },
      {},
      null,
      undefined,
      [],
    ]
  ) {
    assert.deepEqual(allow(params), CANCELLED);
  }
});

Deno.test("an option that rejects, or of an unknown kind, is never chosen", () => {
  const option = fc.record({
    optionId: fc.string(),
    kind: fc.oneof(
      fc.constantFrom("allow_once", "allow_always", "reject_once", "reject_always"),
      fc.string(),
      fc.jsonValue(),
    ),
  }, { requiredKeys: [] });
  fc.assert(fc.property(fc.array(option), (offered) => {
    // Ids are unique, as the protocol has it.
    const options = offered.map((fields, index) => ({ ...fields, optionId: `${index}` }));
    const { outcome } = allow({ options });
    const kinds = options.map(({ kind }) => kind);
    if (outcome.outcome === "cancelled") {
      assert.ok(!kinds.includes("allow_once") && !kinds.includes("allow_always"));
    } else {
      const expected = kinds.includes("allow_once") ? "allow_once" : "allow_always";
      assert.equal(kinds[Number(outcome.optionId)], expected);
    }
  }));
});
