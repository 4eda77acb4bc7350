import assert from "node:assert/strict";
import { SPECS } from "../../src/config/table.ts";
import { exists } from "../../src/platform/paths.ts";
import { Stage } from "../build/_stage.ts";
import { together } from "../build/_together.ts";
import { samplesOf } from "../config/_samples.ts";
import { complaint, contents } from "./_iteratr.ts";

const GLOBAL = "home/.config/iteratr/iteratr.yml";
const NUMBER = "iterations must be a whole number from 0 up, got";

/** Where a mistake can be made, and what is said of it there. */
interface Mistake {
  readonly project?: string;
  readonly global?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly flags?: readonly string[];
  /** All lines; PROJECT and GLOBAL stand for the files. */
  readonly says: readonly string[];
}

const MISTAKES: Readonly<Record<string, Mistake>> = {
  "an unknown key of the project's file": {
    project: "# c\nmodle: x\n",
    says: ['unknown key "modle"; did you mean model? (PROJECT:2:1)'],
  },
  "an unknown key of the global file": {
    global: "stall:\n  iteration: 3\n",
    says: ['unknown key "stall.iteration"; did you mean stall.iterations? (GLOBAL:2:3)'],
  },
  "a wrong type": {
    project: "headless: 1\n",
    says: ['headless must be true or false, got "1" (PROJECT:1:11)'],
  },
  "a number out of range": {
    global: "stall.iterations: 0\n",
    says: ['stall.iterations must be a whole number from 1 up, got "0" (GLOBAL:1:19)'],
  },
  "a number with a zero in front": {
    project: "iterations: 08\n",
    says: [`${NUMBER} "08" (PROJECT:1:13)`],
  },
  "a number with an exponent in a variable": {
    env: { ITERATR_ITERATIONS: "1e9" },
    says: [`${NUMBER} "1e9" (ITERATR_ITERATIONS)`],
  },
  "a negative number of a flag": {
    flags: ["--iterations", "-1"],
    says: [`${NUMBER} "-1" (--iterations)`],
  },
  "an empty flag": { flags: ["--log-file="], says: ["log_file must not be empty (--log-file)"] },
  "a mistake in YAML": {
    project: "model: @x\n",
    says: [
      "not valid YAML: Plain value cannot start with reserved character @ (PROJECT:1:8)",
    ],
  },
  "a key that is there twice": {
    project: "stall: { iterations: 3 }\nstall.iterations: 3\n",
    says: ["stall.iterations is set twice (PROJECT:2:1)"],
  },
  "a list for a value": {
    global: "log_level: [info]\n",
    says: ["log_level must be one value, got a list (GLOBAL:1:1)"],
  },
  "mistakes everywhere": {
    global: "modle: x\n",
    project: "headless: yes\niterations: 1e9\n",
    env: { ITERATR_LOG_LEVEL: "loud" },
    flags: ["--stall", "0"],
    says: [
      'unknown key "modle"; did you mean model? (GLOBAL:1:1)',
      'also: headless must be true or false, got "yes" (PROJECT:1:11)',
      `also: ${NUMBER} "1e9" (PROJECT:2:13)`,
      'also: log_level must be one of debug, info, warn, error, got "loud" (ITERATR_LOG_LEVEL)',
      'also: stall.iterations must be a whole number from 1 up, got "0" (--stall)',
    ],
  },
};

for (const [what, mistake] of Object.entries(MISTAKES)) {
  Deno.test(`build tells ${what} with its place, before anything is started or made`, async () => {
    await using stage = await Stage.make();
    const { project, global, env, flags, says } = mistake;
    if (project !== undefined) await Deno.writeTextFile(stage.project("iteratr.yml"), project);
    if (global !== undefined) {
      await Deno.mkdir(stage.join("home/.config/iteratr"), { recursive: true });
      await Deno.writeTextFile(stage.join(GLOBAL), global);
    }
    const before = await contents(stage.root);
    const lines = complaint(await stage.build("works", flags, env === undefined ? {} : { env }));
    const named = says.map((line) =>
      line.replace("PROJECT", stage.project("iteratr.yml")).replace("GLOBAL", stage.join(GLOBAL))
    );
    assert.deepEqual(lines.toSorted(), named.toSorted());
    assert.equal(stage.starts(), 0, "the agent was started");
    assert.deepEqual(await contents(stage.root), before);
  });
}

Deno.test("every key is judged as a flag and as a variable of build, before the agent is started", async () => {
  await using stage = await Stage.make();
  const judged = SPECS.flatMap((spec) => {
    const [bad] = samplesOf(spec.kind).bad;
    return bad === undefined ? [] : [{ ...spec, bad, must: samplesOf(spec.kind).must }];
  });
  const flags = judged.flatMap(({ flag, bad }) =>
    flag === undefined ? [] : [`--${flag.long}=${bad}`]
  );
  const variables = judged.flatMap(({ variable, bad }) =>
    variable === undefined ? [] : [[variable, bad] as const]
  );
  const says = (where: (spec: typeof judged[number]) => string | undefined): readonly string[] =>
    judged.flatMap((spec) => {
      const place = where(spec);
      return place === undefined ? [] : [`${spec.key} ${spec.must}, got "${spec.bad}" (${place})`];
    });
  const unmarked = (lines: readonly string[]): readonly string[] =>
    lines.map((line) => line.replace(/^also: /, ""));
  await together([0, 1], async (way) => {
    await using run = way === 0
      ? await stage.start("works", flags)
      : await stage.iteratr(["build"], {
        env: { ITERATR_AGENT_COMMAND: stage.agent("works"), ...Object.fromEntries(variables) },
      });
    assert.deepEqual(
      unmarked(complaint(await run.finished())),
      way === 0
        ? says(({ flag }) => flag === undefined ? undefined : `--${flag.long}`)
        : says(({ variable }) => variable),
    );
  });
  assert.equal(stage.starts(), 0);
  assert.equal(exists(stage.project(".iteratr")), false);
});

Deno.test("without a model, build tells the three ways to set it, and starts nothing", async () => {
  await using stage = await Stage.make();
  const args = ["build", "--agent-command", stage.agent("works")];
  const [line, ...hints] = complaint(await stage.run(args));
  assert.equal(line, "no model is set: iteratr does not choose one for you");
  assert.deepEqual(hints.slice(0, 3), [
    "Give it: --model provider/model",
    "Or set it: export ITERATR_MODEL=provider/model",
    "Or keep it: iteratr config set model provider/model",
  ]);
  assert.equal(stage.starts(), 0);
  assert.equal(exists(stage.project(".iteratr")), false);
});

Deno.test("each of the three ways that are told sets the model", async () => {
  const ways: readonly ((stage: Stage) => Promise<readonly [string[], Record<string, string>]>)[] =
    [
      () => Promise.resolve([["--model", "fake/r1"], {}]),
      () => Promise.resolve([[], { ITERATR_MODEL: "fake/r1" }]),
      async (stage) => {
        const set = await stage.run(["config", "set", "model", "fake/r1"]);
        assert.equal(set.code, 0, set.stderr);
        return [[], {}];
      },
    ];
  await together(ways, async (way) => {
    await using stage = await Stage.make();
    const [flags, env] = await way(stage);
    const args = ["build", "-i", "1", "--agent-command", stage.agent("works"), ...flags];
    const { code, stdout } = await stage.run(args, { env });
    assert.equal(code, 5, stdout);
    assert.match(stdout, / {2}model fake\/r1$/m);
  });
});

Deno.test("a .env file is not read", async () => {
  await using stage = await Stage.make();
  const text = "ITERATR_MODEL=fake/m1\nITERATR_HEADLESS=maybe\nFOO_TOKEN=tok-0123456789abcdef\n";
  for (const name of ["project/.env", "home/.env", "project/specs/.env"]) {
    await Deno.writeTextFile(stage.join(name), text);
  }
  const args = ["build", "--agent-command", stage.agent("works")];
  const [line] = complaint(await stage.run(args));
  assert.equal(line, "no model is set: iteratr does not choose one for you");
  assert.equal((await stage.run(["config"])).code, 0);
});
