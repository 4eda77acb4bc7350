import { fold } from "../../../src/session/fold.ts";
import { exportLines } from "../../../src/store/export.ts";
import { keys } from "../../../src/store/keys.ts";
import { openStore, type Store, storeFile } from "../../../src/store/open.ts";
import { readEvents, readHead } from "../../../src/store/read.ts";
import type { Figure } from "../figure.ts";
import type { Group } from "../group.ts";
import { interleave, type Measured, stopwatch, type Timed, type Trial } from "../interleave.ts";
import { seed, SESSION } from "../seed.ts";
import { openTrial } from "./open_trial.ts";

const UNIT = 10_000;
const SIZES = [UNIT, 10 * UNIT];

/** What reading a whole log costs. */
export const foldGroup: Group = {
  name: "fold",
  about: "reading, folding and exporting a whole log, opening a store, and its size",
  measure: async (stage) => {
    const figures: Figure[] = [];
    for (const size of SIZES) {
      // Stores of its own: others add to theirs, and the size shall be that of a store just written.
      const directory = stage.path(`fold-${size}`);
      await seed(directory, size);
      figures.push(...await measureLog(directory, size));
      const [opened] = await interleave([openTrial(directory)], { rounds: 20, ms: 3000 });
      if (opened !== undefined) {
        figures.push({
          name: `open, ${size.toLocaleString("en")} events`,
          unit: "ms",
          values: opened.candidate,
          ratio: opened.ratio,
          baseline: "Deno.openKv and a get",
        });
      }
    }
    return figures;
  },
};

async function measureLog(directory: string, size: number): Promise<readonly Figure[]> {
  // Before it is opened: a process must not touch the files of a store that it has open.
  const bytes = await closedSize(directory);
  await using store = await openStore({ directory, create: false });
  const head = await readHead(store, SESSION);
  if (head === undefined) throw new Error(`there is no session in ${directory}`);
  const log = await Array.fromAsync(readEvents(store, SESSION, head, 0));
  const text = (await Array.fromAsync(exportLines(store, SESSION, head))).join("");
  const trial = (name: string, work: () => Promise<unknown>): Trial => ({
    name,
    baseline: listing(store),
    candidate: () => stopwatch(work),
  });
  const measured = await interleave([
    trial("fold alone", () => Promise.resolve(fold(log))),
    trial("read", () => Array.fromAsync(readEvents(store, SESSION, head, 0))),
    trial(
      "read and fold",
      async () => fold(await Array.fromAsync(readEvents(store, SESSION, head, 0))),
    ),
    trial("export", async () => {
      for await (const _line of exportLines(store, SESSION, head));
    }),
  ], { rounds: 15, ms: 8000 });
  return [
    ...measured.map((one) => perUnit(one, size)),
    {
      name: `file per event, ${size.toLocaleString("en")} events`,
      unit: "bytes",
      values: [bytes / head.seq],
      ratio: bytes / new TextEncoder().encode(text).length,
      baseline: "its line of JSON",
    },
  ];
}

/** The bare list of the same records. */
function listing(store: Store): Timed {
  const prefix = keys.event(SESSION, 1, 0).slice(0, -1);
  return () => stopwatch(() => Array.fromAsync(store.kv.list({ prefix }, { batchSize: 500 })));
}

function perUnit({ name, candidate, ratio }: Measured, size: number): Figure {
  return {
    name: `${name}, per 10,000 of ${size.toLocaleString("en")}`,
    unit: "ms",
    values: candidate.map((ms) => ms * UNIT / size),
    ratio,
    baseline: "kv.list of the same",
  };
}

/** Bytes of a store's file, once SQLite has brought everything into it. */
async function closedSize(directory: string): Promise<number> {
  const file = storeFile(directory);
  const isOpen = (): Promise<boolean> => Deno.stat(`${file}-wal`).then(() => true, () => false);
  for (let tries = 0; tries < 500 && await isOpen(); tries++) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return (await Deno.stat(file)).size;
}
