import assert from "node:assert/strict";
import { openStore } from "../../src/store/open.ts";
import { readEvents, readHead } from "../../src/store/read.ts";
import { dataOf, Stage } from "../build/_stage.ts";
import { together } from "../build/_together.ts";
import { scripted } from "../endings/_scripted.ts";
import { Terminal } from "./_terminal.ts";

const ESCAPE = "\x1b[";
const WORDS = Array.from({ length: 40 }, (_, n) => `word${n}`).join(" ");
const CODE = `const wide = "${"x".repeat(90)}";`;

async function scriptedBuild(terminal: Terminal, stage: Stage, say: string): Promise<void> {
  const command = await scripted(stage, { say });
  await terminal.iteratr([
    ...["build", "--model", "fake/m1", "--stall", "1", "--agent-command", command],
  ]);
}

Deno.test("on a terminal what the agent says is wrapped at its width, between words", async () => {
  for (const columns of [50, 80]) {
    await using stage = await Stage.make();
    await using terminal = await Terminal.open(stage, { columns });
    await scriptedBuild(terminal, stage, WORDS);
    assert.equal(await terminal.code(), 3);
    const lines = (await terminal.shown()).split("\n");
    const first = lines.findIndex((line) => line.startsWith("agent   word0 "));
    assert.ok(first >= 0, lines.join("\n"));
    const last = lines.findIndex((line, at) => at >= first && line.endsWith("word39"));
    const said = lines.slice(first, last + 1);
    assert.ok(said.length > 3 && said.length < 14, said.join("\n"));
    assert.ok(said.every((line) => line.length <= columns), said.join("\n"));
    assert.ok(said.slice(1).every((line) => line.startsWith("        word")), said.join("\n"));
    assert.equal(said.map((line) => line.slice(8)).join(" "), WORDS);
  }
});

Deno.test("on a terminal a line of code is left to the terminal to break, and copies as one", async () => {
  await using stage = await Stage.make();
  await using terminal = await Terminal.open(stage, { columns: 60 });
  await scriptedBuild(terminal, stage, `See:\n\n\`\`\`ts\n${CODE}\n\`\`\`\n\n${WORDS}`);
  assert.equal(await terminal.code(), 3);
  const shown = await terminal.shown();
  assert.ok(shown.replaceAll("\n", "").includes(CODE), shown);
  assert.match(shown, /^ {8}word0 .*\n {8}word/m);
});

Deno.test("colour is for the terminal, unless the user says otherwise", async () => {
  const cases: readonly {
    readonly env?: Readonly<Record<string, string>>;
    readonly after?: string;
    readonly coloured: boolean;
  }[] = [
    { coloured: true },
    { env: { NO_COLOR: "1" }, coloured: false },
    { env: { NO_COLOR: "" }, coloured: true },
    { env: { NO_COLOR: "1", FORCE_COLOR: "1" }, coloured: true },
    { env: { FORCE_COLOR: "0" }, coloured: false },
    { after: " | cat; echo code 5", coloured: false },
    { env: { FORCE_COLOR: "1" }, after: " | cat; echo code 5", coloured: true },
  ];
  await together(cases, async ({ env = {}, after, coloured }) => {
    await using stage = await Stage.make();
    await using terminal = await Terminal.open(stage, { env });
    await terminal.build("empty", ["--stall", "1"], after);
    assert.ok(await terminal.code() > 0);
    const shown = await terminal.shownInColour();
    assert.equal(shown.includes(ESCAPE), coloured, JSON.stringify({ env, after }));
  });
});

Deno.test("no line of a run is wider than its terminal, but for the command to be pasted", async () => {
  await together([50, 60, 120], async (columns) => {
    await using stage = await Stage.make();
    await using terminal = await Terminal.open(stage, { columns });
    await terminal.build("works", ["-i", "1"]);
    assert.equal(await terminal.code(), 5);
    const lines = (await terminal.printed()).split("\n").map((line) => line.trimEnd());
    const start = lines.findIndex((line) => line.startsWith("iteratr "));
    const wide = lines.slice(start)
      .filter((line) => line.length > columns && !line.startsWith("  Go on: "));
    assert.deepEqual(wide, [], `${columns} columns`);
    assert.ok(lines.some((line) => line.startsWith("== iteration 1 ") && line.length === columns));
  });
});

/** How the last run in a store has ended; also while the store is in use. */
async function lastEnding(stage: Stage): Promise<unknown> {
  await using store = await openStore({ directory: stage.project(".iteratr"), create: false });
  const head = await readHead(store, "SPEC");
  if (head === undefined) return undefined;
  const events = await Array.fromAsync(readEvents(store, "SPEC", head, 0));
  return events.findLast(({ type }) => type === "run.ended")?.data;
}

async function until(what: string, condition: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`waited in vain: ${what}`);
}

Deno.test("a run whose output nobody reads goes on to its end", async () => {
  await using stage = await Stage.make();
  // More than a pipe and the queue hold together.
  const flags = ["--timestamps"];
  await using run = await stage.start("flood updates=20000 times=1 tasks=2", flags, {
    through: '{ "$@"; echo $? >../code; } | sleep 300',
  });
  await until("the end of the run in the store", async () => {
    if (stage.sent("session/prompt").length < 2) return false;
    const ending = await lastEnding(stage);
    return JSON.stringify(ending ?? "").includes('"complete"');
  });
  assert.equal(stage.read("code"), "", "the run waits for its reader");
  run.signal("SIGKILL");
});

Deno.test("a terminal that is held with Ctrl+S delays no turn, and shows all after Ctrl+Q", async () => {
  await using stage = await Stage.make();
  await using terminal = await Terminal.open(stage);
  await terminal.type("stty ixon");
  await terminal.build("works tasks=2 pace=100");
  await terminal.until((shown) => shown.includes("== iteration 1 "));
  await terminal.key("C-s");
  await until("the end of the run in the store", async () => {
    return JSON.stringify(await lastEnding(stage) ?? "").includes('"complete"');
  });
  await terminal.key("C-q");
  assert.equal(await terminal.code(), 0);
  assert.match(await terminal.shown(), /^complete: 2 tasks done/m);
  assert.deepEqual(dataOf(await stage.session(), "run.ended").map(({ code }) => code), [0]);
});
