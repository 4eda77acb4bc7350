import assert from "node:assert/strict";
import { exists } from "../../src/platform/paths.ts";
import { LOG_LEVELS } from "../../src/platform/log.ts";
import { Stage } from "../build/_stage.ts";
import { together } from "../build/_together.ts";
import { complaint } from "./_iteratr.ts";
import { readLog } from "./_logfmt.ts";

const SECRET = "tok-0123456789abcdef";

/** The records of a log file of the stage. */
function logOf(stage: Stage, name = "project/run.log"): ReturnType<typeof readLog> {
  return readLog(stage.read(name));
}

async function writeGlobal(stage: Stage, text: string): Promise<void> {
  await Deno.mkdir(stage.join("home/.config/iteratr"), { recursive: true });
  await Deno.writeTextFile(stage.join("home/.config/iteratr/iteratr.yml"), text);
}

Deno.test("a run tells in its log what it began, what it did, and how it ended", async () => {
  await using stage = await Stage.make();
  const { code, stdout, stderr } = await stage.build("works tasks=1", ["--log-file", "run.log"]);
  assert.deepEqual([code, stderr], [0, ""]);
  assert.doesNotMatch(stdout, /level=|module=/, "the log is on stdout");
  const records = logOf(stage);
  const said = records.map(({ level, module, message }) => `${level} ${module} ${message}`);
  for (
    const record of [
      "info run begins",
      "info agent started",
      "info loop iteration begins",
      "info loop iteration ended",
      "info run ended",
    ]
  ) assert.ok(said.includes(record), `${record} is not in ${said.join("; ")}`);
  assert.equal(said.at(-1), "info run ended");
  assert.equal(records.at(-1)?.["reason"], "complete");
  assert.equal(
    new Set(records.map(({ time }) => Number.isNaN(Date.parse(time ?? "")))).has(true),
    false,
  );
});

/** The ways to say where the log goes and how much goes into it. */
const WAYS: Readonly<
  Record<
    string,
    (stage: Stage) => Promise<readonly [flags: string[], env: Record<string, string>, file: string]>
  >
> = {
  "the project's file": async (stage) => {
    await Deno.writeTextFile(stage.project("iteratr.yml"), "log_file: run.log\nlog_level: debug\n");
    return [[], {}, "project/run.log"];
  },
  "the global file": async (stage) => {
    await writeGlobal(stage, "log_file: logs/run.log\nlog_level: debug\n");
    return [[], {}, "home/.config/iteratr/logs/run.log"];
  },
  "variables": () =>
    Promise.resolve([
      [],
      { ITERATR_LOG_FILE: "v.log", ITERATR_LOG_LEVEL: "debug" },
      "project/v.log",
    ]),
  "flags": async (stage) => {
    await writeGlobal(stage, "log_file: no.log\nlog_level: error\n");
    const env = { ITERATR_LOG_FILE: "no.log", ITERATR_LOG_LEVEL: "warn" };
    return [["--log-file=f.log", "--log-level=debug"], env, "project/f.log"];
  },
};

for (const [way, prepare] of Object.entries(WAYS)) {
  Deno.test(
    `the log is kept where ${way} say, as they say`.replace(
      "file say, as they say",
      "file says, as it says",
    ),
    async () => {
      await using stage = await Stage.make();
      const [flags, env, file] = await prepare(stage);
      const { code, stderr } = await stage.build("works tasks=1", flags, { env });
      assert.equal(code, 0, stderr);
      const levels = new Set(logOf(stage, file).map(({ level }) => level));
      assert.deepEqual(levels, new Set(["info", "debug"]), file);
      for (const other of ["project/no.log", "home/.config/iteratr/no.log"]) {
        assert.equal(exists(stage.join(other)), false, other);
      }
    },
  );
}

Deno.test("no log is kept when nothing says where", async () => {
  await using stage = await Stage.make();
  const { code } = await stage.build("works tasks=1", ["--log-level", "debug"]);
  assert.equal(code, 0);
  const left = Array.from(Deno.readDirSync(stage.project()), ({ name }) => name).toSorted();
  assert.deepEqual(left, [".git", ".iteratr", "out-1.txt", "specs"]);
});

Deno.test("each level keeps what is as important as it or more", async () => {
  await together(LOG_LEVELS, async (level) => {
    await using stage = await Stage.make();
    const flags = ["--log-file", "run.log", "--log-level", level, "-i", "1"];
    const { code } = await stage.build("works tasks=2", flags);
    assert.equal(code, 5);
    const levels = [...new Set(logOf(stage).map((record) => record["level"] ?? ""))];
    const expected: Readonly<Record<string, readonly string[]>> = {
      debug: ["debug", "info", "warn"],
      info: ["info", "warn"],
      warn: ["warn"],
      error: [],
    };
    assert.deepEqual(levels.toSorted(), expected[level], level);
  });
});

Deno.test("debug has the traffic of the protocol in both directions, shortened", async () => {
  await using stage = await Stage.make();
  await Deno.writeTextFile(stage.project("specs/SPEC.md"), `# A spec\n\n${"long ".repeat(20_000)}`);
  const flags = ["-i", "1", "--log-file", "run.log", "--log-level", "debug"];
  assert.equal((await stage.build("works tasks=2", flags)).code, 5);
  const frames = logOf(stage).filter(({ module }) => module === "acp");
  const sent = frames.filter(({ direction }) => direction === ">");
  const received = frames.filter(({ direction }) => direction === "<");
  for (const method of ["initialize", "session/new", "session/prompt"]) {
    const found = sent.filter(({ message }) => message?.includes(`"method":"${method}"`));
    assert.equal(found.length, 1, method);
  }
  assert.ok(received.some(({ message }) => message?.includes("session/update")));
  for (const { message, length } of frames) {
    assert.ok((message?.length ?? 0) <= 1000, `${message?.length} characters of a frame`);
    assert.ok(Number(length) >= (message?.length ?? 0));
  }
  assert.ok(frames.some(({ length }) => Number(length) > 100_000), "the prompt was not so long");
});

Deno.test("several runs at once share a log, and each line of it is whole", async () => {
  await using stage = await Stage.make();
  const names = ["one", "two", "three"];
  const log = stage.join("shared.log");
  for (const name of names) {
    await Deno.mkdir(stage.project(name, ".iteratr"), { recursive: true });
    await Deno.mkdir(stage.project(name, ".git"));
    await Deno.mkdir(stage.project(name, "specs"));
    await Deno.writeTextFile(stage.project(name, "specs/SPEC.md"), "# A spec\n");
  }
  await together(names, async (name) => {
    const flags = ["-n", name, "--log-file", log, "--log-level", "debug"];
    await using run = await stage.start("works tasks=1", flags, { cwd: name });
    assert.equal((await run.finished()).code, 0, run.stderr);
  });
  const records = logOf(stage, "shared.log");
  for (const message of ["begins", "ended"]) {
    const found = records.filter((record) =>
      record["module"] === "run" && record["message"] === message
    );
    assert.equal(found.length, names.length, message);
  }
});

Deno.test("a log inside of the project does not count as progress", async () => {
  await using stage = await Stage.make();
  const flags = ["-i", "9", "--log-file", "logs/run.log", "--log-level", "debug"];
  const { code, stdout } = await stage.build("talks", flags);
  assert.equal(code, 3, stdout);
  assert.ok(logOf(stage, "project/logs/run.log").length > 20);
});

Deno.test("a log inside of the project is not committed", async () => {
  await using stage = await Stage.make();
  const identity = ["AUTHOR", "COMMITTER"].flatMap((who) => [
    [`GIT_${who}_NAME`, "A"],
    [`GIT_${who}_EMAIL`, "a@example.org"],
  ]);
  const flags = ["-m", "fake/m1", "--auto-commit", "--log-file", "run.log", "--log-level", "debug"];
  const ended = await stage.run([
    "build",
    "--agent-command",
    stage.agent("works tasks=2"),
    ...flags,
  ], {
    env: Object.fromEntries(identity),
  });
  assert.equal(ended.code, 0, ended.stdout + ended.stderr);
  const { stdout } = await new Deno.Command("git", {
    args: ["-C", stage.project(), "ls-files"],
  }).output();
  const files = new TextDecoder().decode(stdout).trim().split("\n");
  assert.deepEqual(files, ["out-1.txt", "out-2.txt", "specs/SPEC.md"]);
});

Deno.test("a log that cannot be written ends the run 1, before anything is started or made", async () => {
  await together(["specs", "specs/SPEC.md/run.log", "/proc/none/run.log"], async (file) => {
    await using stage = await Stage.make();
    const [line, ...more] = complaint(await stage.build("works", ["--log-file", file]));
    const path = file.startsWith("/") ? file : stage.project(file);
    assert.ok(line.startsWith(`log_file ${path} cannot be written: `), line);
    assert.deepEqual(more, []);
    assert.equal(stage.starts(), 0);
    assert.equal(exists(stage.project(".iteratr")), false, "a store was made");
  });
});

Deno.test("the log tells how a run ended that was interrupted", async () => {
  await using stage = await Stage.make();
  await using run = await stage.start("silent", ["--log-file", "run.log"]);
  await run.until(() => stage.prompts().length > 0);
  run.signal("SIGTERM");
  assert.equal((await stage.ended(run)).code, 143, run.stderr);
  const last = logOf(stage).at(-1);
  assert.deepEqual(
    [last?.["message"], last?.["reason"]],
    ["ended", "interrupted"],
    JSON.stringify(last),
  );
  assert.match(last?.["text"] ?? "", /SIGTERM/);
});

/** Scenarios in which an agent gives away a secret that is in its environment. */
const LEAKS: Readonly<Record<string, readonly [scenario: string, code: number]>> = {
  "an error that fails its turn": [`errors message=leaks-${SECRET}-here`, 2],
  "an error that fails its start": [`errors at=new message=leaks-${SECRET}-here`, 2],
  "the names of its models": [`works models=${SECRET},fake/m2`, 1],
};

for (const [what, [scenario, code]] of Object.entries(LEAKS)) {
  Deno.test(`a secret that the agent tells in ${what} is neither printed nor kept`, async () => {
    await using stage = await Stage.make();
    // The first retry comes at once, and tells of the error too.
    const flags = ["--log-file", "run.log", "--log-level", "debug", "--retries", "1"];
    const ended = await stage.build(scenario, flags, { env: { FOO_TOKEN: SECRET } });
    assert.equal(ended.code, code, ended.stdout + ended.stderr);
    const { stdout } = await stage.run(["export", "SPEC"]);
    const texts = { log: stage.read("project/run.log"), export: stdout, ...ended, code: "" };
    for (const [where, text] of Object.entries(texts)) {
      assert.ok(!text.includes(SECRET), `${where}: ${text}`);
    }
    assert.match(ended.stdout + ended.stderr, /\*\*\*/);
  });
}

Deno.test("a secret that the agent says, or that its tools print, is neither printed nor kept", async () => {
  await using stage = await Stage.make();
  const says = 's/"plan "/"plan $FOO_TOKEN "/; s/Wrote file successfully/It is $FOO_TOKEN/g';
  const program = `${stage.agent("works tasks=2")} | sed -u "${says.replaceAll('"', '\\"')}"`;
  const agent = await stage.writeProgram("telling-agent", program);
  const flags = ["-m", "fake/m1", "-i", "1", "--log-file", "run.log", "--log-level", "debug"];
  const ended = await stage.run(["build", "--agent-command", agent, ...flags], {
    env: { FOO_TOKEN: SECRET },
  });
  assert.equal(ended.code, 5, ended.stdout + ended.stderr);
  assert.match(ended.stdout, /I plan \*\*\* 2 of them/);
  const { stdout } = await stage.run(["export", "SPEC"]);
  assert.match(stdout, /It is \*\*\*/);
  const log = stage.read("project/run.log");
  assert.match(log, /plan \*\*\*/);
  for (const text of [ended.stdout, ended.stderr, stdout, log]) {
    assert.ok(!text.includes(SECRET), text);
  }
});

Deno.test("a secret among the last words of an agent is neither printed nor kept", async () => {
  await using stage = await Stage.make();
  const agent = await stage.writeProgram(
    "dying-agent",
    `echo "my token is $FOO_TOKEN" >&2; exit 3`,
  );
  const ended = await stage.run(
    [
      "build",
      "-m",
      "fake/m1",
      "--agent-command",
      agent,
      "--log-file",
      "run.log",
      "--log-level=debug",
      "--retries=1",
    ],
    { env: { FOO_TOKEN: SECRET } },
  );
  assert.equal(ended.code, 2, ended.stdout);
  assert.match(ended.stderr, /Its last words: my token is \*\*\*/);
  const { stdout } = await stage.run(["export", "SPEC"]);
  for (const text of [ended.stdout, ended.stderr, stdout, stage.read("project/run.log")]) {
    assert.ok(!text.includes(SECRET), text);
  }
});

Deno.test("a secret that is put into a task or a note is neither printed nor kept", async () => {
  await together([[], ["--json"], ["--quiet"]], async (form) => {
    await using stage = await Stage.make();
    const text = `the token is ${SECRET}`;
    const add = await stage.run(["tool", "task-add", "--name", "SPEC", "--content", text], {
      env: { FOO_TOKEN: SECRET },
    });
    assert.equal(add.code, 0, add.stderr);
    const note = ["tool", "note-add", "--type", "tip", "--content", text];
    assert.equal((await stage.run(note, { env: { FOO_TOKEN: SECRET } })).code, 0);
    const flags = [...form, "--log-file", "run.log", "--log-level", "debug"];
    const ended = await stage.build("works", flags, { env: { FOO_TOKEN: SECRET } });
    assert.equal(ended.code, 0, ended.stderr);
    const { stdout } = await stage.run(["export", "SPEC"]);
    assert.match(stdout, /the token is \*\*\*/);
    const list = await stage.run(["tool", "task-list"]);
    const texts = [ended.stdout, ended.stderr, stdout, list.stdout, stage.read("project/run.log")];
    for (const printed of texts) assert.ok(!printed.includes(SECRET), printed);
  });
});

Deno.test("a secret that stands where a frame is cut is not told by half", async () => {
  await using stage = await Stage.make();
  const secret = "key-".padEnd(300, "0123456789abcdef");
  // About 150 characters of the frame come before the spec: it is cut in the middle of a secret.
  await Deno.writeTextFile(stage.project("specs/SPEC.md"), `${secret}\n${secret}\n${secret}\n`);
  await Deno.writeTextFile(stage.project("bare.txt"), "{{spec}}");
  const flags = ["-i", "1", "-t", "bare.txt", "--log-file", "run.log", "--log-level", "debug"];
  await stage.build("works tasks=1", flags, { env: { FOO_TOKEN: secret } });
  const [frame, ...more] = logOf(stage).filter(({ message }) =>
    message?.includes('"method":"session/prompt"')
  );
  assert.ok(frame !== undefined && more.length === 0);
  assert.doesNotMatch(frame["message"] ?? "", /key-0123/);
});
