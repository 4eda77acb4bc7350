import { oneLine } from "../../../src/platform/text.ts";
import type { LineProcess } from "../line_process.ts";
import type { Figure } from "../figure.ts";
import type { Group } from "../group.ts";
import { readReceipts, type Receipt } from "../processes/receipt.ts";
import type { Stage } from "../stage.ts";
import { inspect } from "./storm_inspection.ts";

const KILLS = 200;
const WRITERS = 8;

/** On a machine on which it takes longer than this, there are fewer kills. */
const MOST_MS = 60_000;

/** Whether what the store has acknowledged is there, however its writers end: a check, not a measure. */
export const stormGroup: Group = {
  name: "storm",
  about: `${KILLS} SIGKILLs on ${WRITERS} writers: is what was acknowledged still there? (a check)`,
  measure: async (stage) => {
    const directory = stage.path("storm");
    const start = performance.now();
    const { kills, receipts } = await storm(stage, directory);
    const seconds = (performance.now() - start) / 1000;
    const found = await inspect(directory, receipts);
    return [
      { name: "SIGKILLs", unit: "", values: [kills] },
      { name: "events acknowledged", unit: "", values: [receipts.length] },
      { name: "  per second", unit: "/s", values: [receipts.length / seconds] },
      { name: "events in the log", unit: "", values: [found.events] },
      none("acknowledged events lost", found.lost),
      none("gaps in the log", found.gaps),
      none("log and views differ", found.difference === undefined ? 0 : 1, found.difference),
      none("SQLite finds damage", found.damage === undefined ? 0 : 1, found.damage),
    ];
  },
};

function none(name: string, count: number, more?: string): Figure {
  return {
    name: more === undefined ? name : `${name}: ${oneLine(more, 60)}`,
    unit: "",
    values: [count],
    target: { words: "0", met: count === 0 },
  };
}

interface Harvest {
  readonly kills: number;
  readonly receipts: readonly Receipt[];
}

/** Kills one writer after another at random moments; each but the last ones is replaced. */
async function storm(stage: Stage, directory: string): Promise<Harvest> {
  let started = 0;
  const begin = (): LineProcess => stage.start("storm_writer.ts", directory, `W${++started}`);
  const end = performance.now() + MOST_MS;
  const writers = Array.from({ length: WRITERS }, begin);
  const receipts: Receipt[] = [];
  let kills = 0;
  while (writers.length > 0) {
    const [victim] = writers.splice(Math.floor(Math.random() * writers.length), 1);
    if (victim === undefined) break;
    // Some are hit while they open the store, the others while they write.
    if (Math.random() < 0.9) await victim.printed(1);
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 50));
    const lines = await victim.kill();
    kills++;
    for (const line of lines) receipts.push(...readReceipts(line));
    if (started < KILLS && performance.now() < end) writers.push(begin());
  }
  return { kills, receipts };
}
