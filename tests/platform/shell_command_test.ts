import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { systemClock } from "../../src/platform/clock.ts";
import { isLinux } from "../support/bound.ts";
import { areAlive, areGone, ShellStage } from "./_shell_stage.ts";

const NEW_SESSION = !isLinux("commands that start sessions of their own");

/** Two processes in the background, whose numbers are in `pids` when `ready` appears. */
const BACKGROUND = `
sleep 600 & echo $! >> pids
sleep 600 & echo $! >> pids
echo begun
echo yes > ready
`;

/** A process that has left the group and the session of its command, and holds its output. */
const AWAY = `
setsid sh -c 'echo $$ > pids; exec sleep 600' &
while [ ! -s pids ]; do sleep 0.01; done
`;

/** As much as a pipe holds, made as large as it may be where there is a perl; then its size in `printed`. */
const PIPEFUL = `
perl -e 'fcntl(STDOUT, 1031, 1 << 20) or exit 1; print "x" x 1000000' 2> perl.log &&
  echo 1000000 > printed || { head -c 60000 /dev/zero; echo 60000 > printed; }
`;

/** A daemon that prints when it is told to, lives on after that, and then starts a child. */
const DAEMON = `
(
  while [ ! -s go ]; do sleep 0.01; done
  echo more
  echo still more
  sleep 600 & echo $! >> pids
  echo yes > printed
  wait
) &
echo $! >> pids
echo begun
`;

/** Lets nothing else happen in this process for a while, but for half a minute at most. */
function blockUntil(holds: () => boolean): void {
  const start = performance.now();
  while (!holds() && performance.now() - start < 30_000);
  const end = performance.now();
  while (performance.now() - end < 20);
}

Deno.test("a command gives its exit code and what it printed", async () => {
  await using stage = await ShellStage.make();
  const { ms, ...result } = await stage.run("echo one; exit 7");
  assert.ok(ms > 0);
  assert.deepEqual(result, {
    end: { kind: "exited", code: 7 },
    output: "one\n",
    bytes: 4,
    sha256: createHash("sha256").update("one\n").digest("hex"),
    left: undefined,
  });
  assert.deepEqual((await stage.run("")).end, { kind: "exited", code: 0 });
  assert.deepEqual((await stage.run("no_such_program")).end, { kind: "exited", code: 127 });
});

Deno.test("stdout and stderr come in the order of printing", async () => {
  await using stage = await ShellStage.make();
  const { output } = await stage.run(
    "i=0; while [ $i -lt 300 ]; do echo out; echo err >&2; i=$((i+1)); done",
  );
  assert.equal(output, "out\nerr\n".repeat(300));
});

Deno.test("a mistake in a script is told with its own line number, on the first line too", async () => {
  await using stage = await ShellStage.make();
  const third = await stage.run("echo one\n\nif fi\n");
  assert.match(third.output, /^(one\n)?\S*sh: (-c: )?(line )?3: .*syntax error/i);
  const first = await stage.run("if fi");
  assert.match(first.output, /^\S*sh: (-c: )?(line )?1: .*syntax error/i);
  assert.deepEqual([third.end, first.end], [{ kind: "exited", code: 2 }, third.end]);
});

Deno.test("a script may begin with a comment, a here-document or a hyphen", async () => {
  await using stage = await ShellStage.make();
  const outputOf = async (script: string): Promise<string> => (await stage.run(script)).output;
  assert.equal(await outputOf("# comment\necho one"), "one\n");
  assert.equal(await outputOf("#!/bin/sh\necho one # comment"), "one\n");
  assert.equal(await outputOf("cat <<END\nhere $((1 + 1))\nEND"), "here 2\n");
  assert.match(await outputOf("-x y"), /-x: .*not found/);
});

Deno.test("a command reads nothing, and runs where it is told to", async () => {
  await using stage = await ShellStage.make();
  const { output } = await stage.run("cat; pwd -P");
  assert.equal(output, `${await Deno.realPath(stage.path)}\n`);
});

Deno.test("a command gets its environment and nothing else", async () => {
  await using stage = await ShellStage.make();
  const env = { ...stage.env, TEXT: "two\nlines = '\"$x", EMPTY: "" };
  const { output } = await stage.run("env -0", { env });
  // Shells set these for themselves.
  const own = ["PWD", "OLDPWD", "SHLVL", "_"];
  const seen = output.split("\0").filter((entry) => entry !== "")
    .map((entry) => [entry.slice(0, entry.indexOf("=")), entry.slice(entry.indexOf("=") + 1)])
    .filter(([name = ""]) => !own.includes(name));
  assert.deepEqual(Object.fromEntries(seen), env);
});

Deno.test("what a command printed right before its exit is complete", async () => {
  await using stage = await ShellStage.make();
  const { output, bytes } = await stage.run("seq 1 2000000", { keptBytes: 100 });
  assert.equal(bytes, 14_888_896);
  assert.ok(output.startsWith("1\n2\n3\n") && output.endsWith("\n1999999\n2000000\n"), output);
});

Deno.test("output of 50 MB is measured, and its beginning and end are kept", async () => {
  await using stage = await ShellStage.make();
  const { output, bytes, sha256 } = await stage.run("head -c 50000000 /dev/zero | tr '\\0' x");
  assert.equal(bytes, 50_000_000);
  const half = "x".repeat(5_000);
  assert.equal(output, `${half}\n[... 49990000 bytes left out ...]\n${half}`);
  assert.equal(sha256, createHash("sha256").update("x".repeat(50_000_000)).digest("hex"));
});

Deno.test("output that is no text does no harm", async () => {
  await using stage = await ShellStage.make();
  const { output, bytes } = await stage.run(String.raw`printf '\377\376ok\000\n'`);
  assert.deepEqual([output, bytes], ["\ufffd\ufffdok\0\n", 6]);
});

Deno.test("a command that prints without end is ended when its time is over", async () => {
  await using stage = await ShellStage.make();
  const { end, output } = await stage.run("yes", { timeoutMs: 100 });
  assert.deepEqual(end, { kind: "timed-out" });
  assert.ok(output.length <= 10_100);
});

Deno.test("a command whose time is over is ended with all that it has started", async () => {
  await using stage = await ShellStage.make();
  const script = `${BACKGROUND} wait`;
  const result = await stage.run(script, { ...stage.timeoutAt("ready"), leftovers: "leave" });
  assert.deepEqual(result.end, { kind: "timed-out" });
  assert.equal(result.output, "begun\n");
  assert.equal(result.left, undefined);
  assert.equal(stage.pids().length, 2);
  await areGone(stage.pids());
});

Deno.test("a command whose time is over may still say something", async () => {
  await using stage = await ShellStage.make();
  const script = `trap 'echo bye; exit 0' TERM; ${BACKGROUND} wait`;
  const { end, output } = await stage.run(script, stage.timeoutAt("ready"));
  assert.deepEqual([end, output], [{ kind: "timed-out" }, "begun\nbye\n"]);
  await areGone(stage.pids());
});

Deno.test("a command that does not heed SIGTERM is killed with all that it has started", async () => {
  await using stage = await ShellStage.make();
  const script = `trap '' TERM; echo $$ > pids; ${BACKGROUND} while :; do sleep 600; done`;
  const { end, output } = await stage.run(script, stage.timeoutAt("ready"));
  assert.deepEqual([end, output], [{ kind: "timed-out" }, "begun\n"]);
  assert.equal(stage.pids().length, 3);
  await areGone(stage.pids());
});

Deno.test("a child that does not heed SIGTERM is killed, though its command does", async () => {
  await using stage = await ShellStage.make();
  const child = `sh -c 'trap "" TERM; echo $$ > pids; echo yes > ready; sleep 600; sleep 600'`;
  const { end } = await stage.run(`${child} & wait`, stage.timeoutAt("ready"));
  assert.deepEqual(end, { kind: "timed-out" });
  assert.equal(stage.pids().length, 1);
  await areGone(stage.pids());
});

Deno.test({
  name: "a command whose time is over is ended with its children in groups of their own",
  ignore: !isLinux("`timeout`, which makes a group of its own"),
  fn: async () => {
    await using stage = await ShellStage.make();
    const child = "sh -c 'echo $$ > pids; echo yes > ready; exec sleep 600'";
    const { end } = await stage.run(`timeout 600 ${child}; echo`, stage.timeoutAt("ready"));
    assert.deepEqual(end, { kind: "timed-out" });
    assert.equal(stage.pids().length, 1);
    await areGone(stage.pids());
  },
});

Deno.test("a command can be stopped", async () => {
  await using stage = await ShellStage.make();
  const { end, output } = await stage.runUntil("ready", `${BACKGROUND} wait`);
  assert.deepEqual([end, output], [{ kind: "stopped" }, "begun\n"]);
  assert.equal(stage.pids().length, 2);
  await areGone(stage.pids());
});

Deno.test("a command that is stopped before its start is not started", async () => {
  await using stage = await ShellStage.make();
  const { end, output, bytes } = await stage.run("echo yes > ready", {
    stop: AbortSignal.abort(),
  });
  assert.deepEqual([end, output, bytes], [{ kind: "stopped" }, "", 0]);
  assert.equal(stage.read("ready"), "");
});

Deno.test("a command that a signal ends tells which", async () => {
  await using stage = await ShellStage.make();
  const kill = await stage.run("echo one; kill -9 $$");
  assert.deepEqual([kill.end, kill.output], [{ kind: "killed", signal: "SIGKILL" }, "one\n"]);
  const term = await stage.run("kill -TERM $$");
  assert.deepEqual(term.end, { kind: "killed", signal: "SIGTERM" });
});

Deno.test({
  name: "a signal that the runtime has no name for is told by its number",
  ignore: !isLinux("signals of real time"),
  // Deno keeps the handle of a child that such a signal has ended.
  sanitizeResources: false,
  fn: async () => {
    await using stage = await ShellStage.make();
    const { end, output } = await stage.run("echo one; kill -34 $$");
    assert.deepEqual([end, output], [{ kind: "killed", signal: "34" }, "one\n"]);
  },
});

Deno.test("a command that leaves nothing has nothing left", async () => {
  await using stage = await ShellStage.make();
  const { left } = await stage.run("seq 1 10 | head -n 1", { leftovers: "leave" });
  assert.equal(left, undefined);
});

Deno.test("what a command leaves is killed, and does not hold us", async () => {
  await using stage = await ShellStage.make();
  const { end, output, left } = await stage.run(`${BACKGROUND} exit 3`);
  assert.deepEqual([end, output, left], [{ kind: "exited", code: 3 }, "begun\n", undefined]);
  assert.equal(stage.pids().length, 2);
  await areGone(stage.pids());
});

Deno.test("what a command leaves lives on, prints and starts more, until it is ended", async () => {
  await using stage = await ShellStage.make();
  const { end, output, left } = await stage.run(DAEMON, { leftovers: "leave" });
  assert.deepEqual([end, output], [{ kind: "exited", code: 0 }, "begun\n"]);
  assert.ok(left !== undefined && await areAlive(stage.pids()));
  await Deno.writeTextFile(stage.join("go"), "yes");
  await stage.appears("printed");
  assert.equal(stage.pids().length, 2);
  assert.ok(await areAlive(stage.pids()));
  await left.end();
  await areGone(stage.pids());
  await left.end();
});

Deno.test("what a command leaves lives on without its output, until it is ended", async () => {
  await using stage = await ShellStage.make();
  const script = "sleep 600 > /dev/null 2>&1 & echo $! > pids";
  const { left } = await stage.run(script, { leftovers: "leave" });
  assert.ok(left !== undefined && await areAlive(stage.pids()));
  await left.end();
  await areGone(stage.pids());
});

for (const leftovers of ["kill", "leave"] as const) {
  Deno.test({
    name: `a process in another session does not hold us, with ${leftovers}`,
    ignore: NEW_SESSION,
    fn: async () => {
      await using stage = await ShellStage.make();
      const running = stage.run(`${AWAY} ${PIPEFUL}`, { leftovers });
      // Nobody reads it before the command has ended.
      blockUntil(() => stage.read("printed") !== "");
      const { end, bytes, left } = await running;
      assert.deepEqual([end, bytes], [{ kind: "exited", code: 0 }, Number(stage.read("printed"))]);
      assert.equal(left !== undefined, leftovers === "leave");
      assert.ok(await areAlive(stage.pids()));
      await left?.end();
    },
  });
}

Deno.test({
  name: "a process in another session that prints without end does not hold us",
  ignore: NEW_SESSION,
  fn: async () => {
    await using stage = await ShellStage.make();
    const script = "setsid sh -c 'echo $$ > pids; exec yes' & while [ ! -s pids ]; do :; done";
    const { end, left } = await stage.run(script, { leftovers: "leave" });
    assert.deepEqual(end, { kind: "exited", code: 0 });
    assert.ok(left !== undefined && await areAlive(stage.pids()));
    await left.end();
    // It is not of the group: it ends of having nobody to print for.
    await areGone(stage.pids());
  },
});

Deno.test("a script may remove the directory in which it runs", async () => {
  await using stage = await ShellStage.make();
  const cwd = stage.join("gone");
  await Deno.mkdir(cwd);
  const { end, output } = await stage.run('rmdir "$PWD"; echo done', { cwd });
  assert.deepEqual([end, output], [{ kind: "exited", code: 0 }, "done\n"]);
});

Deno.test("a command that cannot be started says why", async () => {
  await using stage = await ShellStage.make();
  const file = stage.join("file");
  await Deno.writeTextFile(file, "");
  const missing = stage.join("missing");
  const cases = [
    [{ cwd: missing }, /^there is no directory .*\/missing$/],
    [{ cwd: file }, /^there is no directory .*\/file$/],
    [{ env: { PATH: missing } }, /^there is no program "sh" on the PATH$/],
    [{ env: { ...stage.env, A: "x\0y" } }, /^the shell cannot be started: nul byte/],
    [{ script: "echo \0" }, /^the shell cannot be started: nul byte/],
    [{ script: `: ${"x".repeat(10_000_000)}` }, /^the shell cannot be started: Argument list/],
  ] as const;
  for (const [options, expected] of cases) {
    const { end, output, left } = await stage.run("echo one", options);
    assert.ok(end.kind === "not-started", end.kind);
    assert.match(end.why, expected);
    assert.deepEqual([output, left], ["", undefined]);
  }
});

Deno.test("commands run side by side under one signal that stops them all", async () => {
  await using stage = await ShellStage.make();
  const stop = new AbortController();
  const runs = [1, 2, 3].map((n) =>
    stage.run(`sleep 600 & echo $! >> pids; echo yes > ready${n}; wait`, { stop: stop.signal })
  );
  const ready = Promise.all([1, 2, 3].map((n) => stage.appears(`ready${n}`)));
  await ready.finally(() => stop.abort());
  for (const { end } of await Promise.all(runs)) assert.deepEqual(end, { kind: "stopped" });
  assert.equal(stage.pids().length, 3);
  await areGone(stage.pids());
});

Deno.test("a command takes its time from its clock", async () => {
  await using stage = await ShellStage.make();
  let at = 1_000;
  const clock = { ...systemClock, monotonic: () => at += 42 };
  assert.equal((await stage.run("true", { clock })).ms, 42);
});
