import assert from "node:assert/strict";
import { isAlive } from "../build/_processes.ts";
import { Stage } from "../build/_stage.ts";
import { together } from "../build/_together.ts";
import {
  buildHooked,
  command,
  DONE,
  hooksOf,
  linesOf,
  piped,
  startHooked,
  timesPrompted,
  writeHooks,
} from "./_hooked.ts";

Deno.test("hooks run at the root, one after the other, without standard input, in a group of their own", async () => {
  await using stage = await Stage.make();
  const tell = (word: string): string =>
    `{ printf '${word} '; pwd; cat; ps -o pgid= -p $$; } >>"$OUT/order"; sleep 0.1; echo after >>"$OUT/order"`;
  await writeHooks(stage, {
    "session_start": [tell("a"), tell("b")],
    "pre_iteration": [tell("c")],
  });
  await using run = await startHooked(stage);
  const { code, stdout } = await stage.ended(run);
  assert.equal(code, 0, stdout);
  const lines = linesOf(stage, "order").map((line) => line.trim());
  const root = stage.project();
  const groups = [1, 4, 7].map((index) => lines[index]);
  assert.deepEqual(lines, [
    ...[`a ${root}`, groups[0], "after"],
    ...[`b ${root}`, groups[1], "after"],
    ...[`c ${root}`, groups[2], "after"],
  ]);
  assert.equal(new Set([...groups, String(run.pid)]).size, 4, "groups of their own");
});

Deno.test("a hook past its time is ended with its whole group, and the run goes on", async () => {
  await using stage = await Stage.make();
  await writeHooks(stage, {
    "session_start": [
      piped(`echo $$ >"$OUT/pid"; echo before; trap "" TERM; sleep 100 & sleep 100`, 1),
      `echo next >>"$OUT/order"`,
    ],
  });
  const { code, stdout } = await buildHooked(stage);
  assert.equal(code, 0, stdout);
  assert.match(stdout, /^hook +session_start .*timed out -> agent/m);
  assert.equal(isAlive(Number(stage.read("pid"))), false);
  assert.deepEqual(linesOf(stage, "order"), ["next"]);
  const [first] = hooksOf(await stage.session());
  assert.deepEqual([first?.["end"], first?.["exit"]], ["timed-out", null]);
  assert.ok(Number(first?.["ms"]) < 30_000, "nothing has held it");
  assert.match(stage.prompts()[0] ?? "", /session_start: `.*` timed out\n\n {4}before\n/);
});

Deno.test("a child that a hook leaves with its pipe does not hold the run, and lives as long as it", async () => {
  await using stage = await Stage.make();
  await writeHooks(stage, {
    "session_start": [piped(`sleep 1000 & echo $! >"$OUT/daemon"; echo started`)],
    "post_iteration": [`kill -0 "$(cat "$OUT/daemon")" && echo alive >>"$OUT/order"`],
  });
  const { code, stdout } = await buildHooked(stage);
  assert.equal(code, 0, stdout);
  assert.deepEqual(linesOf(stage, "order"), ["alive"]);
  assert.equal(timesPrompted(stage, "    started\n"), 1);
  assert.equal(isAlive(Number(stage.read("daemon"))), false);
});

Deno.test("a daemon that has left its hook's group and session goes with the run all the same", async () => {
  await using stage = await Stage.make();
  await writeHooks(stage, {
    "pre_iteration": [`setsid sh -c 'trap "" TERM HUP; sleep 1000' >/dev/null 2>&1 &`],
  });
  // Stage.ended finds what is left.
  const { code, stdout } = await buildHooked(stage);
  assert.equal(code, 0, stdout);
});

Deno.test("of 50 MB the agent gets the head and the tail, and what is between is told as left out", async () => {
  await using stage = await Stage.make();
  await writeHooks(stage, {
    "session_start": [
      piped(`echo the-first; head -c 50000000 /dev/zero | tr '\\0' x; echo; echo the-last`),
    ],
  });
  const { code, stdout } = await buildHooked(stage);
  assert.equal(code, 0, stdout.slice(-2000));
  const [prompt = ""] = stage.prompts();
  assert.ok(prompt.length < 64 * 1024 + 20_000, `${prompt.length} characters`);
  assert.match(prompt, /the-first/);
  assert.match(prompt, /\[\.\.\. 49[0-9]{6} bytes left out \.\.\.\]/);
  assert.match(prompt, /the-last/);
  const [hook] = hooksOf(await stage.session());
  assert.equal(hook?.["bytes"], 50_000_020);
  assert.ok(stdout.length < 20_000, "what succeeds is not shown");
});

Deno.test("binary output is passed on as text that can be shown", async () => {
  await using stage = await Stage.make();
  const bytes = String.raw`printf '\000\001\033[31mred\377\376\200 end\n'`;
  await writeHooks(stage, {
    "session_start": [piped(bytes), piped("head -c 100000 /dev/urandom")],
    "pre_iteration": [piped(`${bytes}; exit 3`)],
  });
  const { code, stdout } = await buildHooked(stage);
  assert.equal(code, 0, stdout);
  // deno-lint-ignore no-control-regex
  const control = /[\x00-\x08\x0b-\x1f\x7f]/;
  assert.doesNotMatch(stdout, control);
  const [prompt = ""] = stage.prompts();
  assert.doesNotMatch(prompt, control);
  assert.match(prompt, /red.* end/);
});

Deno.test("a hook may remove the hooks file, the spec and the directory that it is in", async () => {
  await using stage = await Stage.make();
  await writeHooks(stage, {
    "session_start": [
      "rm .iteratr.hooks.yml",
      `mkdir -p gone && cd gone && rm -r ../gone && echo first >>"$OUT/order"`,
    ],
    "post_iteration": [`rm -rf specs && echo second >>"$OUT/order"`],
  });
  const script = `test "$TURN" = 1 && iteratr tool task-add --content one && exit\n${DONE}
iteratr tool task-status --id TAS-1 --status completed; iteratr tool session-complete\n`;
  const { code, stdout } = await buildHooked(stage, { turns: { script } });
  assert.equal(code, 0, stdout);
  assert.deepEqual(linesOf(stage, "order"), ["first", "second", "second"]);
  assert.match(stage.prompts()[1] ?? "", /A few files/);
});

Deno.test("a hook that removes the whole project ends the run, and what was said of it is rescued", async () => {
  await using stage = await Stage.make();
  await writeHooks(stage, { "post_iteration": [`rm -rf "$PWD"`, "echo never"] });
  await using run = await startHooked(stage);
  const { code, stderr } = await run.finished();
  assert.equal(code, 9, stderr);
  assert.deepEqual(stage.processes(), []);
  const [rescued = "", ...others] = stage.strays();
  assert.match(rescued, /^iteratr-rescue-SPEC-/);
  assert.deepEqual(others, []);
  assert.ok(stderr.includes(rescued), stderr);
  assert.match(stage.read(`tmp/${rescued}`), /"hook\.ended"/);
});

Deno.test("hooks are frozen for a run: what is changed meanwhile counts from the next one on", async () => {
  await using stage = await Stage.make();
  await writeHooks(stage, { "post_iteration": [`echo old >>"$OUT/order"`] });
  const script = `sed -i 's/echo old/echo new/' .iteratr.hooks.yml\n`;
  const first = await buildHooked(stage, {
    turns: { script: `${script}iteratr tool task-add --content one\n` },
    flags: ["-i", "2"],
  });
  assert.equal(first.code, 5, first.stdout);
  assert.deepEqual(linesOf(stage, "order"), ["old", "old"]);
  const second = await buildHooked(stage, { flags: ["-i", "1"] });
  assert.equal(second.code, 5, second.stdout);
  assert.deepEqual(linesOf(stage, "order"), ["old", "old", "new"]);
});

Deno.test("a hook may use iteratr tool, and what it writes is there in the prompt", async () => {
  await using stage = await Stage.make();
  await writeHooks(stage, {
    "pre_iteration": [`iteratr tool note-add --type tip --content 'from a hook'`],
  });
  const { code, stdout } = await buildHooked(stage);
  assert.equal(code, 0, stdout);
  assert.match(stdout, /^hook +pre_iteration .* ok /m);
  assert.equal(timesPrompted(stage, "from a hook"), 1);
});

Deno.test("status says that a run is going on while a hook runs", async () => {
  const moments = ["session_start", "pre_iteration", "post_iteration", "session_end"];
  await together(moments, async (moment) => {
    await using stage = await Stage.make();
    const wait = `echo on >"$OUT/on"; until test -e "$OUT/go"; do sleep 0.05; done`;
    await writeHooks(stage, { [moment]: [wait] });
    await using run = await startHooked(stage, { turns: { script: DONE } });
    await run.until(() => stage.read("on") !== "");
    const { code, stdout } = await command(stage, "status");
    assert.equal(code, 11, `${moment}: ${stdout}`);
    await Deno.writeTextFile(stage.join("go"), "");
    assert.equal((await stage.ended(run)).code, 0);
  });
});
