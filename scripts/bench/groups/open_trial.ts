import { keys } from "../../../src/store/keys.ts";
import { openStore, storeFile } from "../../../src/store/open.ts";
import { readHead } from "../../../src/store/read.ts";
import { stopwatch, type Trial } from "../interleave.ts";
import { SESSION } from "../seed.ts";

/** Opening a store and reading its session's head, by the same with bare Deno KV. */
export function openTrial(directory: string): Trial {
  return {
    name: "open",
    baseline: () =>
      stopwatch(async () => {
        const kv = await Deno.openKv(storeFile(directory));
        await kv.get(keys.head(SESSION));
        kv.close();
      }),
    candidate: () =>
      stopwatch(async () => {
        await using store = await openStore({ directory, create: false });
        await readHead(store, SESSION);
      }),
  };
}
