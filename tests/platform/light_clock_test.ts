import assert from "node:assert/strict";
import { lightClock } from "../../src/platform/light_clock.ts";
import { bareEnvironment } from "../support/environment.ts";

const MODULE = new URL("../../src/platform/light_clock.ts", import.meta.url).href;

Deno.test("the light clock's sleep ends when its time is over, also when nothing else goes on", async () => {
  const program = `import { lightClock } from ${JSON.stringify(MODULE)};
    await lightClock.sleep(20);
    Deno.exit(7);`;
  const { code } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", program],
    clearEnv: true,
    env: bareEnvironment(),
  }).output();
  assert.equal(code, 7);
});

Deno.test("the light clock's sleep ends at once when it is aborted", async () => {
  await lightClock.sleep(1e8, AbortSignal.abort());
  const stop = new AbortController();
  const sleeping = lightClock.sleep(20, stop.signal);
  stop.abort();
  await sleeping;
});
