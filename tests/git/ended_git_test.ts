import assert from "node:assert/strict";
import { git } from "../../src/git/git.ts";
import { exists } from "../../src/platform/paths.ts";
import { Repository } from "./_repository.ts";

/** A git command that runs a shell script. */
function alias(script: string): readonly string[] {
  return ["-c", `alias.x=!f() { ${script}; }; f`, "x"];
}

Deno.test("a git command that a signal has ended is run once more, out of its reach", async () => {
  await using repository = await Repository.make();
  const count = "echo x >>runs; exec 3<runs";
  for (const signal of ["INT", "TERM", "HUP"]) {
    const once = `${count}; test "$(wc -l <runs)" -gt 1 || kill -${signal} $PPID; echo told`;
    const { ok, stdout } = await git(repository.path, alias(once));
    assert.deepEqual([ok, stdout], [true, "told\n"], signal);
    assert.equal(await Deno.readTextFile(repository.join("runs")), "x\nx\n", signal);
    await Deno.remove(repository.join("runs"));
  }
});

Deno.test("a git command that is ended each time has failed, and what it told is no answer", async () => {
  await using repository = await Repository.make();
  const always = "echo x >>runs; echo told; kill -KILL $PPID";
  const { ok } = await git(repository.path, alias(always));
  assert.equal(ok, false);
  assert.equal(await Deno.readTextFile(repository.join("runs")), "x\nx\n");
});

Deno.test("a git command that was stopped, or has a group of its own, is not run again", async () => {
  await using repository = await Repository.make();
  const stop = new AbortController();
  const waits = alias("echo x >>runs; sleep 60");
  const stopped = git(repository.path, waits, { stop: stop.signal, group: true });
  while (!exists(repository.join("runs"))) await new Promise((resolve) => setTimeout(resolve, 5));
  stop.abort();
  assert.equal((await stopped).ok, false);
  await git(repository.path, alias("echo x >>runs; kill -KILL $PPID"), { group: true });
  assert.equal(await Deno.readTextFile(repository.join("runs")), "x\nx\n");
});

Deno.test("what git prints without end is bounded: for people it is cut, and for us it is no answer", async () => {
  await using repository = await Repository.make();
  const prints = alias("yes | head -c 80000000; echo end");
  const kept = await git(repository.path, prints, { keptBytes: 1024 });
  assert.equal(kept.ok, true);
  assert.match(kept.stdout, /^(y\n){256}\[\.\.\. \d+ bytes left out \.\.\.\]\n(y\n)+end\n$/);
  const whole = await git(repository.path, prints);
  assert.deepEqual([whole.ok, whole.stdout], [false, ""]);
  assert.match(whole.stderr, /fatal: it printed more than 64 MiB$/);
});
