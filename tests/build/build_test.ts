import assert from "node:assert/strict";
import { dataOf, Stage } from "./_stage.ts";
import { together } from "./_together.ts";

/** A run's lines without what differs from run to run: times, and how blanks are spread. */
function plain(stdout: string): readonly string[] {
  // A thought that took no time is not told.
  return stdout.split("\n").filter((line) => !line.startsWith("thought")).map((line) =>
    line.replace(/ =+ \d\d:\d\d:\d\d$/, "")
      .replaceAll(/\b\d+\.\ds\b/g, "TIME")
      .replaceAll(/ {2,}/g, "  ")
      .trimEnd()
  );
}

Deno.test("build works through all tasks to complete, and a second run finds nothing to do", async () => {
  await using stage = await Stage.make();
  const first = await stage.build("works tasks=2 chain=1");
  assert.deepEqual([first.code, first.stderr], [0, ""], first.stdout);
  // What the agent says and what it does by `iteratr tool` come by two ways: each keeps its order.
  const lines = plain(first.stdout);
  const isSaid = (line: string): boolean => line.startsWith("agent  ");
  assert.deepEqual(lines.filter(isSaid), [
    "agent  fake 1.0.0",
    "agent  There are no tasks yet. I plan 2 of them.",
    "agent  I take TAS-1: Write file 1.",
    "agent  TAS-2 comes next.",
    "agent  I take TAS-2: Write file 2.",
    "agent  All tasks are done.",
  ]);
  assert.deepEqual(lines.filter((line) => !isSaid(line)), [
    "iteratr 0.1.0  session SPEC  spec specs/SPEC.md  model fake/m1",
    "tasks  0 open, 0 done  limits  unlimited iterations, 24h00m",
    "",
    "== iteration 1",
    "task  TAS-1 Write file 1  added",
    "task  TAS-2 Write file 2  added",
    "task  TAS-2 Write file 2  waits for TAS-1",
    "task  TAS-1 Write file 1  in progress",
    "tool  write  out-1.txt  +1 -0",
    "task  TAS-1 Write file 1  completed",
    "-- iteration 1: progress  TIME  100 in, 20 out, $0.0003 (at least)  1 task done, 1 open",
    "",
    "== iteration 2",
    "task  TAS-2 Write file 2  in progress",
    "tool  write  out-2.txt  +1 -0",
    "task  TAS-2 Write file 2  completed",
    "session declared complete",
    "-- iteration 2: progress  TIME  100 in, 20 out, $0.0003 (at least)  1 task done, 0 open",
    "",
    "complete: 2 tasks done, after 2 iterations, TIME, 200 in, 40 out, $0.0006 (at least).",
    "",
  ]);
  assert.equal(stage.read("project/out-1.txt"), "Write file 1\n");
  assert.equal(stage.read("project/out-2.txt"), "Write file 2\n");

  const seen = await stage.session();
  assert.deepEqual(seen.tasks.map(({ status }) => status), ["completed", "completed"]);
  assert.deepEqual(seen.iterations.map(({ n, outcome }) => [n, outcome]), [
    [1, "progress"],
    [2, "progress"],
  ]);
  assert.deepEqual(
    [seen.head.complete, seen.head.run, seen.head.iteration],
    [true, null, null],
  );
  assert.deepEqual(dataOf(seen, "session.completed"), [{ assumed: false }]);
  const [ended] = dataOf(seen, "run.ended");
  assert.deepEqual([ended?.["reason"], ended?.["code"], ended?.["iterations"]], ["complete", 0, 2]);
  // Each iteration has an empty context, and all of them the same process.
  assert.equal(stage.starts(), 1);
  assert.equal(stage.sent("session/new").length, 2);

  const second = await stage.build("works");
  assert.deepEqual(second, {
    code: 0,
    stdout: "\ncomplete: nothing to do: all 2 tasks of session SPEC are done.\n",
    stderr: "",
  });
  assert.equal(stage.starts(), 1, "the agent was started again");
});

Deno.test("build ends 5 at its limit, and the next run goes on with the next iteration", async () => {
  await using stage = await Stage.make();
  const first = await stage.build("works tasks=2", ["--iterations", "1"]);
  assert.equal(first.code, 5, first.stdout);
  assert.match(first.stdout, /^tasks .* limits {2}1 iteration, 24h00m$/m);
  const line = /^iterations \(exit 5\): the limit of 1 iteration is reached with 1 task open, .*/m;
  assert.match(first.stdout.trimEnd().split("\n").at(-1) ?? "", line);
  assert.match(first.stderr, line);
  assert.match(
    first.stderr,
    /^ {2}Go on: iteratr build --name SPEC --spec specs\/SPEC\.md --model fake\/m1 /m,
  );

  const second = await stage.build("works tasks=2");
  assert.equal(second.code, 0, second.stdout + second.stderr);
  assert.match(second.stdout, /^tasks {3}1 open, 1 done/m);
  assert.match(second.stdout, /^== iteration 2 =/m);
  assert.doesNotMatch(second.stdout, /^== iteration [13] =/m);
  assert.match(second.stdout, /^complete: 2 tasks done, after 1 iteration,/m);
});

Deno.test("build asks once more when all tasks are closed, and then takes it as declared", async () => {
  await using stage = await Stage.make();
  const { code, stdout, stderr } = await stage.build("works tasks=1 declare=0");
  assert.deepEqual([code, stderr], [0, ""], stdout);
  assert.match(stdout, /^complete: 1 task done, after 2 iterations,/m);
  assert.match(stdout, /^session all tasks are closed$/m);
  const seen = await stage.session();
  assert.deepEqual(dataOf(seen, "session.completed"), [{ assumed: true }]);
  assert.equal(stage.prompts().length, 2);
});

Deno.test("completion outranks a limit that is reached in the same iteration", async () => {
  await using stage = await Stage.make();
  const { code, stdout } = await stage.build("works tasks=1 declare=0", ["-i", "1"]);
  assert.equal(code, 0, stdout);
  assert.match(stdout, /^complete: 1 task done, after 1 iteration,/m);
});

Deno.test("the prompt says what is in the spec, the tasks, the history and the flags, as it is", async () => {
  await using stage = await Stage.make();
  await Deno.writeTextFile(stage.project("specs/SPEC.md"), "Use {{session}} and `$(date)`.\n");
  const { code, stdout } = await stage.build("works tasks=2", ["-e", "Write in <%= French %>."]);
  assert.equal(code, 0, stdout);
  const [first = "", second = ""] = stage.prompts();
  assert.ok(first.includes("Use {{session}} and `$(date)`.\n"));
  assert.ok(first.includes("Session SPEC, iteration 1."));
  assert.ok(first.includes("Write in <%= French %>."));
  assert.ok(second.includes("- [P2] [TAS-1] Write file 1 [iteration #1]"));
});

Deno.test("a template of the user's own takes the place of the built-in one", async () => {
  await using stage = await Stage.make();
  await Deno.writeTextFile(stage.project("mine.txt"), "{{iteration}}: {{spec}} ({{port}})");
  const { code } = await stage.build("works tasks=2 per-turn=2", ["--template", "mine.txt"]);
  assert.equal(code, 0);
  assert.deepEqual(stage.prompts(), ["1: # A few files\n\nWrite them. (0)"]);
});

Deno.test("a spec that changes while the run goes on is read again for each iteration", async () => {
  await using stage = await Stage.make();
  await Deno.writeTextFile(stage.project("mine.txt"), "{{spec}}");
  const spec = stage.project("specs/SPEC.md");
  await stage.writeProgram("git", `echo changed >${spec}; PATH=\${PATH#*:} exec git "$@"`);
  const { code } = await stage.build("works tasks=2", ["--template", "mine.txt"]);
  assert.equal(code, 0);
  assert.equal(stage.prompts().at(-1), "changed");
});

Deno.test("build names a session after its spec, whatever the spec is called", async () => {
  const long = "a-very-long-name-of-a-spec-".repeat(6);
  const names: readonly (readonly [spec: string, session: RegExp])[] = [
    ["my spec.md", /^my-spec$/],
    ["日本語.md", /^spec-[0-9a-f]{8}$/],
    [`${long}.md`, /^a-very-long-name[a-z-]{38,40}-[0-9a-f]{8}$/],
    ["v1.2.final.md", /^v1-2-final$/],
    [".hidden", /^-hidden$/],
    ["-n.md", /^-n$/],
  ];
  await together(names, async ([spec, session]) => {
    await using stage = await Stage.make(spec);
    const { code, stdout, stderr } = await stage.build("works tasks=2 per-turn=2", [
      `--spec=${spec}`,
    ]);
    assert.equal(code, 0, stdout + stderr);
    const [, name = ""] = / {2}session (\S+) {2}spec /.exec(stdout) ?? [];
    assert.match(name, session, spec);
    assert.equal((await stage.session(name)).head.tasks, 2);
  });
});

Deno.test("build keeps a session by the name that it is given, and two specs can share one store", async () => {
  await using stage = await Stage.make();
  await Deno.writeTextFile(stage.project("specs/other.md"), "Other.\n");
  const first = await stage.build("works tasks=2 per-turn=2", ["-n", "mine_1"]);
  const second = await stage.build("works tasks=3 per-turn=3", ["-s", "specs/other.md"]);
  assert.deepEqual([first.code, second.code], [0, 0], first.stdout + second.stdout);
  assert.equal((await stage.session("mine_1")).head.tasks, 2);
  assert.equal((await stage.session("other")).head.tasks, 3);
});

Deno.test("build keeps its data where it is told, by flag and by variable", async () => {
  const places: readonly (readonly [flags: "flag" | "variable", where: (s: Stage) => string])[] = [
    ["flag", (stage) => stage.join("elsewhere/data")],
    ["variable", (stage) => stage.join("else where")],
  ];
  await together(places, async ([how, where]) => {
    await using stage = await Stage.make();
    const data = where(stage);
    const { code, stdout } = how === "flag"
      ? await stage.build("works tasks=2 per-turn=2", ["--data-dir", data])
      : await stage.build("works tasks=2 per-turn=2", [], { env: { ITERATR_DATA_DIR: data } });
    assert.equal(code, 0, stdout);
    assert.equal((await stage.session("SPEC", data)).head.complete, true);
    await assert.rejects(Deno.stat(stage.project(".iteratr")), Deno.errors.NotFound);
  });
});

Deno.test("a data directory in the work tree is no progress, ignored by git, and for its owner alone", async () => {
  await using stage = await Stage.make();
  const { code } = await stage.build("empty", ["--data-dir", "var/data"]);
  assert.equal(code, 3);
  const { stdout } = await new Deno.Command("git", {
    args: ["status", "--porcelain", "--untracked-files=all"],
    cwd: stage.project(),
  }).output();
  assert.equal(new TextDecoder().decode(stdout), "");
  const { mode } = await Deno.stat(stage.project("var/data"));
  assert.equal((mode ?? 0) & 0o777, 0o700);
});

Deno.test("build works from anywhere below the root, and in a directory that it is pointed to", async () => {
  await using stage = await Stage.make();
  await Deno.mkdir(stage.project("src/deep"), { recursive: true });
  await Deno.mkdir(stage.project(".iteratr"));
  const first = await stage.build("works tasks=2", ["-i", "1"], { cwd: "src/deep" });
  assert.equal(first.code, 5, first.stdout + first.stderr);
  assert.equal(stage.read("project/out-1.txt"), "Write file 1\n");
  const second = await stage.build("works tasks=2", ["-C", "../project/src"], { cwd: "../home" });
  assert.equal(second.code, 0, second.stdout + second.stderr);
  assert.equal(stage.read("project/out-2.txt"), "Write file 2\n");
});
