import assert from "node:assert/strict";
import { Stage } from "../build/_stage.ts";
import { configure } from "../endings/_scripted.ts";
import { CLOSES, DECLARES, endedWith, gated, statusOf, verdicts } from "./_gates.ts";

const TOLERATE = ["--verify-baseline", "tolerate"];
const OLD = "echo as before; exit 1";

Deno.test("with tolerate, what failed before the session may fail on, and the ending names it", async () => {
  await using stage = await Stage.make();
  const finished = await gated(stage, { gates: [OLD, "true"], flags: TOLERATE });
  endedWith(finished, 0);
  assert.match(
    finished.stdout,
    /^complete: .*; gates pass at \w{7}.*, but for "echo as before; exit 1", which failed before /m,
  );
  assert.match(
    stage.prompts()[0] ?? "",
    /^- `echo as before; exit 1`; it failed before .* may go on/m,
  );
  const [verdict] = verdicts(await stage.session(), "judgement");
  assert.deepEqual([verdict?.["passed"], verdict?.["failed"], verdict?.["tolerated"]], [true, [], [
    OLD,
  ]]);
  const { summary } = await statusOf(stage);
  assert.deepEqual((summary["judgement"] as { tolerated: unknown }).tolerated, [OLD]);
  const again = await gated(stage, { gates: [OLD, "true"], flags: TOLERATE });
  assert.match(again.stdout, /^complete: nothing to do/m);
});

Deno.test("with tolerate, what passed before the session has to pass, and only that is told", async () => {
  await using stage = await Stage.make();
  const turn = `[ "$TURN" = 2 ] && rm broken.txt || touch broken.txt\n${DECLARES}`;
  const fresh = "test ! -e broken.txt || { echo newly broken; exit 2; }";
  endedWith(await gated(stage, { turn, gates: [OLD, fresh], flags: TOLERATE }), 0);
  const seen = verdicts(await stage.session(), "judgement");
  assert.deepEqual(seen.map(({ failed, tolerated }) => [failed, tolerated]), [
    [[fresh], [OLD]],
    [[], [OLD]],
  ]);
  const [, second = ""] = stage.prompts();
  assert.match(second, /failed \(exit 2\)\n\n {4}newly broken$/m);
  assert.doesNotMatch(second, /^ {4}as before$/m, "what may go on failing");
});

Deno.test("what has been mended since the baseline is not named", async () => {
  await using stage = await Stage.make();
  const turn = `touch proof.txt\n${DECLARES}`;
  const finished = await gated(stage, { turn, gates: ["test -f proof.txt"], flags: TOLERATE });
  endedWith(finished, 0);
  assert.doesNotMatch(finished.stdout, /but for/);
});

Deno.test("strict is the default: what failed before the session may not fail on", async () => {
  await using stage = await Stage.make();
  endedWith(await gated(stage, { gates: [OLD], flags: ["-i", "1"] }), 4);
});

Deno.test("a session that was complete with something tolerated is judged again when strict", async () => {
  await using stage = await Stage.make();
  await configure(stage, "verify: exit 1", "verify_baseline: tolerate");
  endedWith(await gated(stage), 0);
  await configure(stage, "verify: exit 1");
  endedWith(await gated(stage, { flags: ["-i", "1"] }), 4);
});

Deno.test("a gate is known again as the one that failed before, also when its name is masked", async () => {
  await using stage = await Stage.make();
  const secret = "sk-very-secret-0123456789";
  const finished = await gated(stage, {
    ...{ gates: [`echo ${secret}; exit 1`], flags: TOLERATE, env: { SOME_API_KEY: secret } },
  });
  endedWith(finished, 0);
  assert.ok(!`${finished.stdout}${JSON.stringify(await stage.session())}`.includes(secret));
});

Deno.test("another command that has come under the name of one that failed before has to pass", async () => {
  await using stage = await Stage.make();
  const gate = (command: string): Promise<void> =>
    configure(
      stage,
      `verify: [{ name: test, command: "${command}" }]`,
      "verify_baseline: tolerate",
    );
  await gate("exit 1");
  endedWith(await gated(stage, { turn: CLOSES, flags: ["-i", "1"] }), 0);
  await gate("exit 2");
  const other = await gated(stage, { flags: ["-i", "1"] });
  endedWith(other, 4);
  assert.doesNotMatch(stage.prompts().at(-1) ?? "", /failed before this session/);
  await gate("exit 1");
  endedWith(await gated(stage, { flags: ["-i", "1"] }), 0);
});
