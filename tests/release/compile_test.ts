import assert from "node:assert/strict";
import { type Finished, run, Workshop } from "./_workshop.ts";

/** Compiles a copy of the checkout, so that its `dist` is the test's own. */
async function compile(
  workshop: Workshop,
  denort: string,
  ...args: readonly string[]
): Promise<Finished> {
  await workshop.copyCheckout(workshop.join("copy"));
  const script = workshop.join("copy", "scripts", "release", "compile.ts");
  return await run([Deno.execPath(), "run", "-A", script, ...args], {
    cwd: workshop.path,
    // Nothing is ever downloaded, whatever goes wrong here.
    env: { ...workshop.caches, DENORT_BIN: denort, HTTPS_PROXY: "http://127.0.0.1:9" },
  });
}

Deno.test("compiling without a runtime ends with one line that tells what was looked for", async () => {
  await using workshop = await Workshop.make();
  const denort = workshop.join("no", "denort");
  const { code, stdout, stderr } = await compile(workshop, denort);
  assert.equal(code, 1);
  assert.equal(stdout, "");
  assert.match(stderr, /^no runtime for [\w-]+: looked for [^\n]+\n$/);
  assert.ok(stderr.includes(`DENORT_BIN=${denort} (not there)`), stderr);
  assert.ok(stderr.includes(`/dl/release/v${Deno.version.deno}/denort-`), stderr);
  assert.ok(stderr.includes("Set DENORT_BIN"), stderr);
});

Deno.test("compiling names the targets that there are", async () => {
  await using workshop = await Workshop.make();
  const finished = await compile(workshop, workshop.join("none"), "--target", "vax");
  assert.equal(finished.code, 1);
  assert.match(finished.stderr, /^--target must be one of [^\n]+, got "vax"\n$/);
  assert.ok(finished.stderr.includes(Deno.build.target));
});

Deno.test("compiling with a runtime writes one executable and says where", async () => {
  await using workshop = await Workshop.make();
  // Not the real runtime, which is not to be had everywhere: what comes out is not to be run.
  const { code, stdout, stderr } = await compile(workshop, Deno.execPath());
  assert.equal(code, 0, stderr);
  const path = workshop.join("copy", "dist", `iteratr-${Deno.build.target}`);
  assert.equal(stdout, `${path}\n`);
  const { size, mode } = await Deno.stat(path);
  assert.ok(size > (await Deno.stat(Deno.execPath())).size);
  assert.equal((mode ?? 0) & 0o111, 0o111);
});
