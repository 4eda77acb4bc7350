import { granted } from "../../../src/session/ruling.ts";
import { openStore } from "../../../src/store/open.ts";
import type { Figure } from "../figure.ts";
import type { Group } from "../group.ts";
import { interleave, type Measured, stopwatch, type Trial } from "../interleave.ts";
import { message, write } from "../seed.ts";

const BATCH = 40;

/** Events per round: enough to be measured, few enough for a slow disk. */
const SINGLE = 100;
const BATCHED = 25 * BATCH;

/** How fast a run can write what its agent does. */
export const appendGroup: Group = {
  name: "append",
  about: `events written by one process, one by one and ${BATCH} in a command, by bare Deno KV`,
  measure: async (stage) => {
    await using store = await openStore({ directory: stage.path("append"), create: true });
    let n = 0;
    const key = (): Deno.KvKey => ["raw", ++n];
    const single: Trial = {
      name: "one by one",
      baseline: () =>
        stopwatch(async () => {
          for (let i = 0; i < SINGLE; i++) await store.kv.set(key(), message(n));
        }),
      candidate: () =>
        stopwatch(async () => {
          for (let i = 0; i < SINGLE; i++) await write(store, false, () => granted(message(++n)));
        }),
    };
    const batched: Trial = {
      name: `${BATCH} in a command`,
      baseline: () =>
        stopwatch(async () => {
          for (let done = 0; done < BATCHED; done += BATCH) {
            const atomic = store.kv.atomic();
            for (let i = 0; i < BATCH; i++) atomic.set(key(), message(n));
            await atomic.commit();
          }
        }),
      candidate: () =>
        stopwatch(async () => {
          for (let done = 0; done < BATCHED; done += BATCH) {
            const batch = Array.from({ length: BATCH }, () => message(++n));
            await write(store, false, () => granted(...batch));
          }
        }),
    };
    const limits = { rounds: 20, ms: 10_000 };
    const [one] = await interleave([single], limits);
    const [many] = await interleave([batched], limits);
    return [
      ...toFigures(one, SINGLE, "kv.set one by one"),
      ...toFigures(many, BATCHED, `kv.atomic of ${BATCH} sets`),
    ];
  },
};

function toFigures(
  measured: Measured | undefined,
  events: number,
  baseline: string,
): readonly Figure[] {
  if (measured === undefined) return [];
  const rate = (ms: number): number => events / ms * 1000;
  return [
    { name: baseline, unit: "/s", values: measured.baseline.map(rate) },
    {
      name: measured.name,
      unit: "/s",
      values: measured.candidate.map(rate),
      ratio: measured.ratio,
      baseline,
    },
  ];
}
