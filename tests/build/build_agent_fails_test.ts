import assert from "node:assert/strict";
import { dataOf, Stage } from "./_stage.ts";
import { together } from "./_together.ts";
import type { Finished } from "./_run.ts";
import { configure, promptPids } from "../endings/_scripted.ts";
import { isLinux } from "../support/bound.ts";

/** The last line of a run, which must be on stdout and, with what to do next, on stderr. */
function lastLine({ stdout, stderr }: Finished): string {
  const line = stdout.trimEnd().split("\n").at(-1) ?? "";
  assert.equal(stderr.split("\n")[0], line, `${stdout}\n---\n${stderr}`);
  assert.doesNotMatch(stderr, /^ {4}at /m, "a stack trace");
  return line;
}

Deno.test("an agent that crashes ends the run with 2, its exit code and its last words, wherever", async () => {
  await together(["start", "initialize", "new", "prompt", "mid"], async (at) => {
    await using stage = await Stage.make();
    const ended = await stage.build(`crash at=${at} code=7`, ["--no-retry"]);
    assert.equal(ended.code, 2, `${at}: ${ended.stdout}`);
    assert.match(
      lastLine(ended),
      /^agent-failed \(exit 2\): the agent's process ended with code 7 in iteration 1\.$/,
      at,
    );
    assert.match(ended.stderr, /^ {2}Its last words: fatal: the fake agent was told to crash$/m);
    const seen = await stage.session();
    assert.deepEqual([seen.head.run, seen.head.iteration], [null, null], at);
    assert.deepEqual(dataOf(seen, "run.ended").map(({ code }) => code), [2], at);
    assert.deepEqual(seen.iterations.map(({ outcome }) => outcome), ["failed"], at);
    assert.deepEqual(dataOf(seen, "retry.scheduled"), [], at);
    if (at !== "mid") return;
    assert.match(ended.stdout, /^agent {3}I start with the tests\.$/m);
    assert.match(ended.stdout, /^tool {4}execute +make test +failed/m);
    assert.match(ended.stdout, /^-- iteration 1: failed: the agent's process ended with code 7/m);
  });
});

Deno.test({
  name: "an agent that is ended by a signal without a name ends the run as any other one",
  ignore: !isLinux("signals of real time"),
  fn: async () => {
    await using stage = await Stage.make();
    await using run = await stage.start("silent", ["--no-retry"]);
    await run.until(() => promptPids(stage).length > 0);
    const [pid] = promptPids(stage);
    // Neither does this runtime know it.
    await new Deno.Command("sh", { args: ["-c", `kill -35 ${pid}`] }).output();
    const ended = await stage.ended(run);
    assert.equal(ended.code, 2, ended.stderr);
    assert.equal(
      lastLine(ended),
      "agent-failed (exit 2): the agent's process was ended by signal 35 in iteration 1.",
    );
    const seen = await stage.session();
    assert.deepEqual([seen.head.run, seen.head.iteration], [null, null]);
    assert.deepEqual(dataOf(seen, "run.ended").map(({ code }) => code), [2]);
    const ends = dataOf(seen, "agent.ended").map(({ code, signal }) => [code, signal]);
    assert.deepEqual(ends, [[null, "35"]]);
  },
});

Deno.test("an agent that crashes is tried again, and each attempt is told what became of the one before", async () => {
  await using stage = await Stage.make();
  await configure(stage, "retry:", "  delays: [0s]");
  const ended = await stage.build("crash at=mid code=7");
  assert.equal(ended.code, 2, ended.stdout);
  assert.match(
    lastLine(ended),
    /: the agent's process ended with code 7 in iteration 1; 3 retries \(after 0s, 0s, 0s\) did not help\.$/,
  );
  const seen = await stage.session();
  assert.deepEqual(seen.iterations.map(({ outcome }) => outcome), ["failed"]);
  const error = "the agent's process ended with code 7";
  assert.deepEqual(
    dataOf(seen, "retry.scheduled"),
    [1, 2, 3].map((attempt) => ({ attempt, max: 3, delayMs: 0, error })),
  );
  assert.deepEqual(dataOf(seen, "agent.ended").map(({ code }) => code), [7, 7, 7, 7]);
  assert.match(ended.stdout, /^retry {3}2 of 3 at once: the agent's process ended with code 7$/m);
  const prompts = stage.prompts();
  assert.equal(prompts.length, 4);
  const told = prompts.map((prompt) =>
    prompt.includes("# An earlier attempt at this iteration failed")
  );
  assert.deepEqual(told, [false, true, true, true]);
  assert.ok(prompts[1]?.includes(error));
});

Deno.test("a run that an agent's second attempt has saved is complete, without a word of failure", async () => {
  await using stage = await Stage.make();
  await configure(stage, "retry.delays: 0s");
  const strike = await stage.writeProgram(
    "flaky",
    `if [ -e '${stage.join("once")}' ]; then exec ${stage.agent("works tasks=2")}; fi\n` +
      `touch '${stage.join("once")}'; echo 'no luck' >&2; exit 9`,
  );
  const ended = await stage.run([
    ...["build", "-m", "fake/m1", "--no-auto-commit", "--agent-command", strike],
  ]);
  assert.equal(ended.code, 0, ended.stdout);
  const seen = await stage.session();
  assert.deepEqual(seen.iterations.map(({ outcome }) => outcome), ["progress", "progress"]);
  assert.equal(dataOf(seen, "retry.scheduled").length, 1);
});

Deno.test("a run goes on where one that failed has stopped", async () => {
  await using stage = await Stage.make();
  const first = await stage.build("crash at=prompt from=2", ["--no-retry"]);
  assert.equal(first.code, 2, first.stdout);
  const second = await stage.build("works");
  assert.equal(second.code, 0, second.stdout);
  assert.match(second.stdout, /^== iteration 3 =/m);
  const { iterations } = await stage.session();
  assert.deepEqual(iterations.map(({ outcome }) => outcome), [
    ...["progress", "failed", "progress", "progress"],
  ]);
});

/** Kills the agent in the middle of its turn. */
async function expectKilled(scenario: string): Promise<void> {
  await using stage = await Stage.make();
  const children = `children pids=${stage.join("pids")} ${scenario}`;
  await using run = await stage.start(children, ["--retries", "0"]);
  await run.until(() => stage.read("pids").endsWith("\n"));
  const { agent = 0 }: Readonly<Record<string, number>> = JSON.parse(stage.read("pids"));
  Deno.kill(agent, "SIGKILL");
  await run.finished(20_000);
  const ended = await stage.ended(run);
  assert.equal(ended.code, 2, ended.stdout);
  assert.match(lastLine(ended), /: the agent's process was ended by SIGKILL in iteration 1\.$/);
}

Deno.test("an agent that somebody kills in its turn ends the run with 2", async () => {
  await expectKilled("then=silent");
});

Deno.test("an agent that dies ends the run also when its children keep its pipes open", async () => {
  await expectKilled("then=silent holds-pipe=1");
});

Deno.test("an agent that answers with an error ends the run with 2 and the error's words", async () => {
  await together(["new", "prompt"], async (at) => {
    await using stage = await Stage.make();
    const ended = await stage.build(`errors at=${at} message=out-of-credit`, ["--no-retry"]);
    assert.equal(ended.code, 2, `${at}: ${ended.stdout}`);
    assert.match(lastLine(ended), /^agent-failed \(exit 2\): .*out-of-credit/, at);
  });
});

Deno.test("an agent of another protocol, or without a login, ends the run with 1 and says what to do", async () => {
  const cases: readonly (readonly [scenario: string, line: RegExp, hint: RegExp])[] = [
    ["wrong-protocol", /the agent speaks version 99 of the Agent Client Protocol/, /--agent-comm/],
    ["auth", /the agent requires you to log in: Authentication required/, /Log in with the agent/],
  ];
  await together(cases, async ([scenario, line, hint]) => {
    await using stage = await Stage.make();
    const ended = await stage.build(scenario);
    assert.equal(ended.code, 1, ended.stdout);
    assert.match(lastLine(ended), line);
    assert.match(ended.stderr, hint);
    assert.deepEqual((await stage.session()).iterations, []);
  });
});

Deno.test("a model that the agent does not know ends the run with 1 and the nearest one, in both shapes", async () => {
  await together(["works", "old-shapes"], async (scenario) => {
    await using stage = await Stage.make();
    const ended = await stage.build(`${scenario} models=acme/large-2,acme/small`, [
      ...["--model", "acme/large"],
    ]);
    assert.equal(ended.code, 1, ended.stdout);
    assert.match(
      lastLine(ended),
      /^config \(exit 1\): the agent knows no model "acme\/large"; did you mean acme\/large-2\?$/,
    );
    assert.match(ended.stderr, /^ {2}It knows: acme\/large-2, acme\/small$/m);
    assert.deepEqual(stage.prompts(), []);
  });
});

Deno.test("a model that is not the agent's first choice is chosen, in both shapes", async () => {
  const methods = {
    "works": "session/set_config_option",
    "old-shapes": "session/set_model",
  } as const;
  await Promise.all(
    Object.entries(methods).map(async ([scenario, method]) => {
      await using stage = await Stage.make();
      const { code, stdout } = await stage.build(`${scenario} tasks=2 per-turn=2`, [
        ...["--model", "fake/r1"],
      ]);
      assert.equal(code, 0, stdout);
      assert.match(stdout, / {2}model fake\/r1$/m);
      const [chosen] = stage.sent(method);
      assert.equal(chosen?.["value"] ?? chosen?.["modelId"], "fake/r1");
    }),
  );
});

Deno.test("a program that is no agent ends the run with 1 or 2, and never as a defect of iteratr", async () => {
  await using stage = await Stage.make();
  await Deno.writeTextFile(stage.project("plain.txt"), "no program\n");
  const broken = await stage.writeProgram("broken", "echo 'error: no key' >&2; exit 9");
  const cases: readonly (readonly [command: string, code: number, line: RegExp])[] = [
    ["no-such-agent acp", 1, /the agent "no-such-agent" is not found/],
    ["/no/such/agent", 1, /the agent "\/no\/such\/agent" is not found/],
    ["./plain.txt", 1, /the agent "\.\/plain\.txt" cannot be started: permission denied/],
    ["./specs", 1, /the agent "\.\/specs" cannot be started/],
    ["true", 2, /the agent's process ended with code 0/],
    [broken, 2, /the agent's process ended with code 9/],
    ["echo hello", 2, /the agent's process ended with code 0/],
    // Sends back whatever it gets.
    ["cat", 1, /the agent refused the handshake/],
  ];
  for (const [command, code, line] of cases) {
    const flags = ["-m", "fake/m1", "--no-retry", "--agent-command", command];
    const ended = await stage.run(["build", ...flags]);
    assert.equal(ended.code, code, `${command}: ${ended.stdout}`);
    assert.match(lastLine(ended), line, command);
  }
});
