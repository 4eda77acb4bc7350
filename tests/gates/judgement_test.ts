import assert from "node:assert/strict";
import { Stage } from "../build/_stage.ts";
import { configure } from "../endings/_scripted.ts";
import { CLOSES, DECLARES, endedWith, gated, gatesRun, verdicts } from "./_gates.ts";

Deno.test("a session that is declared done is complete when all gates pass", async () => {
  await using stage = await Stage.make();
  const finished = await gated(stage, { gates: ["echo one", "echo two"] });
  endedWith(finished, 0);
  assert.match(finished.stdout, /^complete: 1 task done, after 1 iteration, .*; gates pass at /m);
  assert.match(finished.stdout, /^gates {3}echo one, echo two$/m);
  assert.match(finished.stdout, /^verify {2}the session is declared done: 2 gates$/m);
  const [prompt = "", ...more] = stage.prompts();
  assert.deepEqual(more, []);
  assert.match(prompt, /^# Verification\n\n.*each has to exit 0.*\n\n- `echo one`\n- `echo two`$/m);
  const seen = await stage.session();
  assert.deepEqual(verdicts(seen, "judgement").map(({ passed }) => passed), [true]);
  assert.deepEqual(gatesRun(seen, "judgement").map(({ name }) => name), ["echo one", "echo two"]);
});

Deno.test("a gate that fails sends the agent back with what it printed, until it passes", async () => {
  await using stage = await Stage.make();
  const turn = `[ "$TURN" = 3 ] && touch proof.txt\n${DECLARES}`;
  const proof = "echo looking; test -f proof.txt || { echo no proof >&2; exit 7; }";
  const finished = await gated(stage, { turn, gates: [proof, "echo quite fine"] });
  endedWith(finished, 0);
  assert.match(finished.stdout, /^session reopened: not proven: echo looking/m);
  assert.match(finished.stdout, /^ +\| no proof$/m);
  const [first = "", second = "", third = "", ...more] = stage.prompts();
  assert.deepEqual(more, []);
  assert.doesNotMatch(first, /reopened/);
  for (const prompt of [second, third]) {
    assert.match(prompt, /was declared complete, and was reopened/);
    assert.match(prompt, /`iteratr tool session-complete`/);
    assert.ok(
      prompt.trimEnd().endsWith(`## \`${proof}\` failed (exit 7)\n\n    looking\n    no proof`),
      prompt.slice(-600),
    );
    assert.doesNotMatch(prompt, /^ {4}quite fine$/m, "what a gate says that passes");
  }
  const seen = await stage.session();
  assert.deepEqual(
    verdicts(seen, "judgement").map(({ passed, failed }) => [passed, failed]),
    [[false, [proof]], [false, [proof]], [true, []]],
  );
});

Deno.test("of gates that fail in turn, each prompt tells of the one that failed last", async () => {
  await using stage = await Stage.make();
  // Besides the baseline, the first fails in odd judgements and the second in even ones, until the fifth.
  const count = `n=$(($(cat "$HOME/n" 2>/dev/null || echo -1) + 1)); echo $n > "$HOME/n"`;
  const odd = `${count}; case $n in 1|3) echo odd fails; exit 1;; esac`;
  const even = `n=$(cat "$HOME/n"); case $n in 2|4) echo even fails; exit 1;; esac`;
  endedWith(await gated(stage, { gates: [odd, even] }), 0);
  const told = stage.prompts().map((prompt) => /^ {4}(odd|even) fails$/gm.exec(prompt)?.[1]);
  assert.deepEqual(told, [undefined, "odd", "even", "odd", "even"]);
});

Deno.test("a session whose tasks are all closed is judged, also when nobody declares it done", async () => {
  await using stage = await Stage.make();
  const turn = `${CLOSES}[ "$TURN" = 4 ] && touch proof.txt; true`;
  endedWith(await gated(stage, { turn, gates: ["test -f proof.txt"] }), 0);
  const seen = await stage.session();
  const passed = verdicts(seen, "judgement").map(({ passed }) => passed);
  // One more turn asks for the declaration; then each turn is judged.
  assert.deepEqual(passed, [false, false, true]);
  assert.equal(stage.prompts().length, 4);
});

Deno.test("work that is found in the answer to a failed gate is done before the next judgement", async () => {
  await using stage = await Stage.make();
  const turn = `case $TURN in
    1) ${DECLARES};;
    2) iteratr tool task-add --content 'mend it'; iteratr tool session-complete; true;;
    3) touch proof.txt; iteratr tool task-status --id TAS-2 --status completed
       iteratr tool session-complete;;
  esac`;
  endedWith(await gated(stage, { turn, gates: ["test -f proof.txt"] }), 0);
  const seen = await stage.session();
  const order = seen.events.map(({ type, data }) => {
    const { for: purpose, passed } = data as { for?: string; passed?: boolean };
    if (type === "iteration.ended") return "turn";
    return type === "verify.ended" && purpose === "judgement" ? String(passed) : "";
  }).filter((word) => word !== "");
  assert.deepEqual(order, ["turn", "false", "turn", "turn", "true"]);
});

Deno.test("a gate is run by sh at the root, with the session's iteratr and nothing to read", async () => {
  await using stage = await Stage.make();
  await configure(
    stage,
    "verify:",
    "  - name: looks around",
    "    command: |",
    "      echo $(pwd) $ITERATR_SESSION $(basename $(command -v iteratr))",
    "      cat | wc -c",
    "      iteratr tool task-list | grep -o TAS-1 || true",
    '  - "echo to stdout; echo to stderr >&2 | cat"',
  );
  endedWith(await gated(stage, { cwd: "specs", flags: ["--spec", "SPEC.md"] }), 0);
  const [looks, both] = gatesRun(await stage.session(), "judgement");
  assert.equal(looks?.["name"], "looks around");
  assert.equal(looks?.["tail"], `${stage.project()} SPEC iteratr\n0\nTAS-1`);
  assert.equal(both?.["tail"], "to stdout\nto stderr");
});
