/**
 * `deno task bench [--json] [name...]`: measures speed, in the usual groups or in the named ones. Figures
 * are told as ratios to a baseline taken in the same run, in turns with what it is compared with: a ratio
 * is time ÷ time, so 1.8 is nearly twice as slow, and holds on a busy machine too. No time makes it fail;
 * only the groups that are checks, `storm` and `spending`, do.
 */
import { parseArgs } from "node:util";
import { systemClock } from "../src/platform/clock.ts";
import { messageOf } from "../src/platform/failure.ts";
import { nearest } from "../src/platform/nearest.ts";
import { onEndingSignal } from "../src/platform/signals.ts";
import { writeAllSync } from "../src/platform/write.ts";
import { HEADING, table, toJson } from "./bench/figure.ts";
import type { Group } from "./bench/group.ts";
import { appendGroup } from "./bench/groups/append.ts";
import { commitGroup } from "./bench/groups/commit.ts";
import { feedGroup } from "./bench/groups/feed.ts";
import { foldGroup } from "./bench/groups/fold.ts";
import { iterationsGroup } from "./bench/groups/iterations.ts";
import { loopGroup } from "./bench/groups/loop.ts";
import { parallelGroup } from "./bench/groups/parallel.ts";
import { spendingGroup } from "./bench/groups/spending.ts";
import { stormGroup } from "./bench/groups/storm.ts";
import { streamGroup } from "./bench/groups/stream.ts";
import { toolGroup } from "./bench/groups/tool.ts";
import { Stage } from "./bench/stage.ts";

const GROUPS: readonly Group[] = [
  toolGroup,
  parallelGroup,
  feedGroup,
  appendGroup,
  foldGroup,
  loopGroup,
  commitGroup,
  stormGroup,
];

/** Only taken when they are named: all together take more than four minutes. */
const NAMED_GROUPS: readonly Group[] = [streamGroup, iterationsGroup, spendingGroup];

/** Groups that are checks: what they find decides how the whole ends. */
const CHECKS: readonly Group[] = [stormGroup, spendingGroup];
const ALL_GROUPS: readonly Group[] = [...GROUPS, ...NAMED_GROUPS];

const SIGNAL_CODES = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

const say = (text: string): void => writeAllSync(Deno.stdout, `${text}\n`);
const tell = (text: string): void => writeAllSync(Deno.stderr, `${text}\n`);

function help(): string {
  const width = Math.max(...ALL_GROUPS.map(({ name }) => name.length));
  const line = ({ name, about }: Group): string => `  ${name.padEnd(width)}  ${about}`;
  return [
    "Usage: deno task bench [--json] [group...]",
    "",
    ...GROUPS.map(line),
    "",
    "Only when named:",
    "",
    ...NAMED_GROUPS.map(line),
  ].join("\n");
}

/**
 * The groups of these names; without any, those that need not be named.
 *
 * @throws {Error} for a name that is none.
 */
function choose(names: readonly string[]): readonly Group[] {
  const known = ALL_GROUPS.map(({ name }) => name);
  const wrong = names.find((name) => !known.includes(name));
  if (wrong !== undefined) {
    const meant = nearest(wrong, known);
    const hint = meant === undefined ? `there is ${known.join(", ")}` : `did you mean ${meant}?`;
    throw new Error(`there is no group "${wrong}"; ${hint}`);
  }
  return names.length === 0 ? GROUPS : ALL_GROUPS.filter(({ name }) => names.includes(name));
}

/** Does something, and tells who looks at a terminal what is being done. */
async function watched<T>(name: string, work: () => Promise<T>): Promise<T> {
  const write = (text: string): void => {
    if (Deno.stderr.isTerminal()) writeAllSync(Deno.stderr, text);
  };
  write(`measuring ${name} ...`);
  try {
    return await work();
  } finally {
    write("\r\x1b[2K");
  }
}

async function bench(stage: Stage, groups: readonly Group[], json: boolean): Promise<number> {
  const all: Readonly<Record<string, unknown>>[] = [];
  const machine = `deno ${Deno.version.deno}, ${Deno.build.target}, ` +
    `${navigator.hardwareConcurrency} cores, load ${Deno.loadavg()[0]?.toFixed(1)}`;
  if (!json) say(`${machine}\n\n${HEADING}`);
  let code = 0;
  for (const group of groups) {
    const figures = await watched(group.name, () => group.measure(stage));
    if (CHECKS.includes(group) && figures.some(({ target }) => target?.met === false)) code = 1;
    if (json) all.push(...figures.map((figure) => toJson(group.name, figure)));
    else say(`${table(group.name, figures)}\n`);
  }
  if (json) say(JSON.stringify({ machine, figures: all }, null, 2));
  return code;
}

async function main(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { json: { type: "boolean" }, help: { type: "boolean", short: "h" } },
  });
  if (values.help === true) {
    say(help());
    return 0;
  }
  const groups = choose(positionals);
  const ended = Promise.withResolvers<number>();
  using _signals = onEndingSignal(
    (signal) => ended.resolve(SIGNAL_CODES[signal]),
    (signal) => Deno.exit(SIGNAL_CODES[signal]),
  );
  await using stage = await Stage.make();
  const benching = bench(stage, groups, values.json === true).catch(async (error: unknown) => {
    // A Ctrl+C ends the processes of the benchmark too: what then fails is not why it ends.
    await systemClock.sleep(100);
    throw error;
  });
  return await Promise.race([benching, ended.promise]);
}

let code = 1;
try {
  code = await main(Deno.args);
} catch (error) {
  tell(messageOf(error));
}
Deno.exit(code);
