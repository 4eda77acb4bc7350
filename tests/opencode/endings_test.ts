import assert from "node:assert/strict";
import { dirname } from "node:path";
import type { Brain } from "../../scripts/opencode/scripted_model.ts";
import { denoDirectory } from "../../scripts/opencode/deno_directory.ts";
import { ensureOpencode } from "../../scripts/opencode/install.ts";
import { processesWith, until } from "./_processes.ts";
import { onStage } from "./_stage.ts";

const SPEC = "# One file\n\n- [ ] Write `one.txt`\n";

const talks: Brain = () => ({ kind: "text", text: "All of it is done, trust me." });
const hangs: Brain = () => ({ kind: "hang", text: "Let me think." });

Deno.test("a real agent that only claims to be done ends the run 3, after three iterations", async () => {
  await onStage({ brain: talks, spec: SPEC }, async (stage) => {
    const { code, stdout, stderr } = await stage.build();
    assert.equal(code, 3, stdout + stderr);
    assert.match(stdout, /^stalled \(exit 3\): /m);
    assert.equal(stdout.match(/^-- iteration \d+: idle/gm)?.length, 3, stdout);
    assert.deepEqual(processesWith("STAGE", stage.id), []);
  });
});

Deno.test("a real agent whose model hangs is stopped at once by iteratr stop --now", async () => {
  await onStage({ brain: hangs, spec: SPEC }, async (stage) => {
    const child = stage.spawn(stage.buildArgs);
    await until("the model is asked", () => Promise.resolve(stage.model.requests.length > 0));
    const stop = await stage.iteratr("stop", "job", "--now");
    assert.equal(stop.code, 0, stop.stderr);
    const { code, stdout } = await child.output();
    const text = new TextDecoder().decode(stdout);
    assert.equal(code, 8, text);
    assert.match(text, /^stopped \(exit 8\): /m);
    assert.match(text, /^-- iteration 1: interrupted/m);
    assert.deepEqual(processesWith("STAGE", stage.id), []);
  });
});

Deno.test("the demo needs no more than PATH and HOME", async () => {
  await ensureOpencode({ pinned: true });
  const cache = Deno.env.get("XDG_CACHE_HOME");
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "demo"],
    cwd: dirname(dirname(import.meta.dirname ?? "")),
    clearEnv: true,
    env: {
      HOME: Deno.env.get("HOME") ?? "",
      PATH: Deno.env.get("PATH") ?? "",
      DENO_DIR: await denoDirectory(),
      ...(cache === undefined ? {} : { XDG_CACHE_HOME: cache }),
    },
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  assert.equal(code, 0, decoder.decode(stderr));
  assert.match(decoder.decode(stdout), /^complete: 3 tasks done, after 3 iterations, /m);
});
