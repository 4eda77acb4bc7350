import assert from "node:assert/strict";
import { bareEnvironment } from "../support/environment.ts";

const MODULE = new URL("../../src/platform/signals.ts", import.meta.url).href;
const PROGRAM = `
  import { onEndingSignal } from ${JSON.stringify(MODULE)};
  const say = (text) => Deno.stdout.writeSync(new TextEncoder().encode(text + "\\n"));
  const listening = onEndingSignal(
    (signal) => say("first " + signal),
    (signal) => { say("again " + signal); listening[Symbol.dispose](); say("deaf"); },
  );
  say("ready");
  setInterval(() => undefined, 1000);
`;

Deno.test("the first ending signal and the later ones are told apart, and then none is held off", async () => {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["eval", "--ext=ts", "--no-check", PROGRAM],
    clearEnv: true,
    env: bareEnvironment(),
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  const until = async (end: string): Promise<void> => {
    while (!text.endsWith(end)) {
      const { value, done } = await reader.read();
      if (done) throw new Error(`ended after ${JSON.stringify(text)}`);
      text += value;
    }
  };
  try {
    await until("ready\n");
    child.kill("SIGTERM");
    await until("first SIGTERM\n");
    child.kill("SIGINT");
    await until("again SIGINT\ndeaf\n");
    child.kill("SIGHUP");
    assert.equal((await child.status).signal, "SIGHUP");
  } finally {
    try {
      child.kill("SIGKILL");
    } catch {
      // It has ended.
    }
    await child.status;
    await reader.cancel();
  }
});
