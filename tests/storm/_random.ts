/** Random numbers from 0 up to 1, the same ones for the same seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A seed to be named when a test fails, or the one that `ITERATR_TEST_SEED` repeats. */
export function newSeed(): number {
  const given = Deno.env.get("ITERATR_TEST_SEED");
  return given === undefined ? Math.floor(Math.random() * 2 ** 32) : Number(given);
}

/** One of several. */
export function pick<T>(items: readonly [T, ...T[]], random: () => number): T {
  return items[Math.floor(random() * items.length)] ?? items[0];
}

/** The same things in a random order. */
export function shuffle<T>(items: readonly T[], random: () => number): readonly T[] {
  return items.map((item) => ({ item, at: random() })).toSorted((a, b) => a.at - b.at)
    .map(({ item }) => item);
}
