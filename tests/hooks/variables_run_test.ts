import assert from "node:assert/strict";
import { Stage } from "../build/_stage.ts";
import { together } from "../build/_together.ts";
import { shellQuote } from "../../src/platform/words.ts";
import { scripted } from "../endings/_scripted.ts";
import {
  buildHooked,
  DONE,
  hooksOf,
  linesOf,
  piped,
  timesPrompted,
  writeHooks,
} from "./_hooked.ts";

/** Prints what a hook finds in its environment, as one line. */
const SHOW = "env | grep -E " +
  `'^ITERATR_(SESSION|ITERATION|TASK_ID|TASK_CONTENT|ERROR|REASON|EXIT_CODE)=' | sort | ` +
  `tr '\\n' ' ' >>"$OUT/env"; echo >>"$OUT/env"`;

Deno.test("each hook gets the variables of its moment, and no others", async () => {
  await using stage = await Stage.make();
  await writeHooks(stage, {
    "session_start": [SHOW],
    "pre_iteration": [SHOW],
    "post_iteration": [SHOW],
    "on_task_complete": [SHOW],
    "session_end": [SHOW],
  });
  // A run inside of another one must not take the other's values for its own.
  const env = { ITERATR_ITERATION: "77", ITERATR_TASK_ID: "TAS-77", ITERATR_ERROR: "old" };
  const { code, stdout } = await buildHooked(stage, { env });
  assert.equal(code, 0, stdout);
  const lines = linesOf(stage, "env").map((line) => line.trim());
  assert.deepEqual(lines, [
    "ITERATR_SESSION=SPEC",
    "ITERATR_ITERATION=1 ITERATR_SESSION=SPEC",
    "ITERATR_SESSION=SPEC ITERATR_TASK_CONTENT=one ITERATR_TASK_ID=TAS-1",
    "ITERATR_ITERATION=1 ITERATR_SESSION=SPEC",
    "ITERATR_EXIT_CODE=0 ITERATR_REASON=complete ITERATR_SESSION=SPEC",
  ]);
});

Deno.test("references are replaced in the command, whatever the quotes around them", async () => {
  await using stage = await Stage.make();
  const all = (name: string): string => `echo {{${name}}} "{{${name}}}" '{{${name}}}'`;
  await writeHooks(stage, {
    "session_start": [piped(all("session"))],
    "pre_iteration": [piped(all("iteration"))],
    "on_task_complete": [piped(`${all("task_id")} {{task_content}}`)],
  });
  const script = `${DONE}test "$TURN" = 2 || iteratr tool task-add --content two\n` +
    `test "$TURN" = 1 || iteratr tool task-status --id TAS-2 --status completed\n` +
    "iteratr tool session-complete\n";
  const { code, stdout } = await buildHooked(stage, { turns: { script } });
  assert.equal(code, 0, stdout);
  const [first = "", second = ""] = stage.prompts();
  assert.match(first, /\n {4}SPEC SPEC SPEC\n/);
  assert.match(first, /\n {4}1 1 1\n/);
  assert.match(second, /\n {4}TAS-1 TAS-1 TAS-1 one\n/);
  assert.match(second, /\n {4}2 2 2\n/);
});

/** What a model may write to become a command. */
const HOSTILE = [
  `$(touch pwned)'"; touch pwned; rm -rf .`,
  "`touch pwned`\n touch pwned\n",
  `'; touch pwned #" && touch pwned; $'\\x27' \${IFS} %s -n -e \\`,
];

/** The places of a command in which the text of a task may stand. */
const CONTEXTS = [
  "echo {{task_content}}",
  'echo "{{task_content}}"',
  "echo '{{task_content}}'",
  'echo "a $(echo {{task_content}}) b"',
  `echo "$(echo "{{task_content}}")" '{{task_id}}'`,
  'x={{task_content}}; echo "$x"',
  "cat <<END\n{{task_content}}\nEND",
  "printf '%s\\n' \"$ITERATR_TASK_CONTENT\"",
];

Deno.test("a task's text never becomes a command", async () => {
  await together(HOSTILE, async (text) => {
    await using stage = await Stage.make();
    await writeHooks(stage, { "on_task_complete": CONTEXTS.map((context) => piped(context)) });
    const add = `iteratr tool task-add --content ${shellQuote(text)} --status completed\n`;
    const { code, stdout } = await buildHooked(stage, {
      turns: { script: `${add}test "$TURN" = 2 && iteratr tool session-complete\n` },
      flags: ["-i", "1"],
    });
    assert.ok(code === 0 || code === 5, stdout);
    const hooks = hooksOf(await stage.session());
    assert.equal(hooks.length, CONTEXTS.length);
    for (const { command, end, exit, tail } of hooks) {
      assert.deepEqual([end, exit], ["exited", 0], `${command}: ${tail}`);
      assert.match(String(tail), /touch pwned/, `${command}`);
    }
    assert.throws(() => Deno.statSync(stage.project("pwned")), Deno.errors.NotFound);
    assert.ok(Deno.statSync(stage.project("specs/SPEC.md")).isFile);
  });
});

Deno.test("an agent's error never becomes a command, and is what the hook is told", async () => {
  await using stage = await Stage.make();
  const contexts = ["echo {{error}}", "echo '{{error}}'", 'echo "{{error}}" {{iteration}}'];
  await writeHooks(stage, { "on_error": [...contexts.map((context) => piped(context)), SHOW] });
  const message = "$(touch${IFS}pwned)';touch${IFS}pwned;`touch${IFS}pwned`";
  await using run = await stage.start(`errors message=${message}`, ["--no-retry"], {
    env: { OUT: stage.root },
  });
  const { code, stdout } = await stage.ended(run);
  assert.equal(code, 2, stdout);
  const hooks = hooksOf(await stage.session(), "on_error");
  assert.equal(hooks.length, 4);
  for (const { command, exit, tail } of hooks.slice(0, 3)) {
    assert.equal(exit, 0, `${command}`);
    assert.ok(String(tail).includes(message), `${command}: ${tail}`);
  }
  assert.match(stage.read("env"), /ITERATR_ERROR=.* ITERATR_ITERATION=1 ITERATR_SESSION=SPEC/s);
  assert.throws(() => Deno.statSync(stage.project("pwned")), Deno.errors.NotFound);
});

Deno.test("hooks find nothing in their environment of what opencode gets from us", async () => {
  await using stage = await Stage.make();
  await writeHooks(stage, {
    "session_start": [`env >"$OUT/hooks-env"`],
    "on_task_complete": [`env >>"$OUT/hooks-env"`],
    "session_end": [`env >>"$OUT/hooks-env"`],
  });
  const agent = await scripted(stage, { script: `env >"$OUT/agent-env"\n${DONE}` });
  await stage.writeProgram("opencode", `exec ${agent}`);
  const usual = ["build", "--model", "fake/m1", "--no-auto-commit"];
  const { code, stdout } = await stage.run([...usual, "--agent-command", "opencode"], {
    env: { OUT: stage.root },
  });
  assert.equal(code, 0, stdout);
  assert.match(stage.read("agent-env"), /^OPENCODE_SERVER_PASSWORD=/m);
  assert.doesNotMatch(stage.read("hooks-env"), /OPENCODE_/);
  assert.equal(stage.read("hooks-env").match(/^HOME=/gm)?.length, 3);
});

Deno.test("a secret of the environment is in no event and in no prompt", async () => {
  await using stage = await Stage.make();
  const secret = "s3cr3t-value-of-mine";
  await writeHooks(stage, {
    "session_start": [piped(`echo "token $MY_TOKEN."; test -n "$MY_TOKEN"`)],
    "pre_iteration": [piped(`echo "again $MY_TOKEN."; exit 3`)],
    "session_end": [`echo "$MY_TOKEN"; exit 4`],
  });
  const { code, stdout, stderr } = await buildHooked(stage, {
    env: { MY_TOKEN: secret },
    flags: ["--json"],
  });
  assert.equal(code, 0, stdout);
  assert.equal(timesPrompted(stage, secret), 0);
  assert.equal(timesPrompted(stage, "token ***."), 1);
  assert.equal(timesPrompted(stage, "again ***."), 1);
  const events = JSON.stringify((await stage.session()).events);
  for (const text of [events, stdout, stderr]) assert.ok(!text.includes(secret));
});
