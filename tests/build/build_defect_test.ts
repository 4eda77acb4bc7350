import assert from "node:assert/strict";
import { dataOf, Stage } from "./_stage.ts";
import { together } from "./_together.ts";

const DEFECT = new URL("_defect.ts", import.meta.url).pathname;

Deno.test("an error that nobody has caught ends the run with 70, in order, and is told", async () => {
  await together(["promise", "callback"], async (way) => {
    await using stage = await Stage.make();
    await using run = await stage.start("silent after=text", [], {
      through: `deno=$1; shift 2; exec "$deno" run --preload '${DEFECT}' "$@"`,
      env: { ITERATR_TEST_DEFECT: stage.join("defect") },
    });
    await run.until(() => stage.sent("session/prompt").length > 0);
    await Deno.writeTextFile(stage.join("defect"), way);
    const { code, stdout, stderr } = await stage.ended(run);
    assert.equal(code, 70, stderr);
    assert.match(stdout, /^internal \(exit 70\): a defect that was put here$/m);
    assert.match(stderr, /^ {2}this is a defect of iteratr: please report it/m);
    assert.equal(stage.sent("session/cancel").length, 1);
    const seen = await stage.session();
    assert.deepEqual([seen.head.run, seen.head.iteration], [null, null]);
    assert.deepEqual(seen.iterations.map(({ outcome }) => outcome), ["interrupted"]);
    const [record] = dataOf(seen, "run.ended");
    assert.deepEqual([record?.["reason"], record?.["code"]], ["internal", 70]);
    // Nobody holds the session any more.
    assert.equal((await stage.build("works")).code, 0);
  });
});
