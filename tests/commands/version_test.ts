import assert from "node:assert/strict";
import manifest from "../../deno.json" with { type: "json" };
import { versionInfo } from "../../src/commands/version.ts";
import { Place } from "../support/place.ts";
import { environment, iteratr, MAIN, printed, run } from "./_iteratr.ts";

const CHECKOUT = MAIN.slice(0, MAIN.lastIndexOf("/"));

/** The commit that is checked out, as git says it. */
async function head(place: Place): Promise<string> {
  const words = ["git", "-C", CHECKOUT, "rev-parse", "HEAD"] as const;
  return printed(await run(words, { cwd: place.path, env: await environment(place) })).trim();
}

Deno.test("version --json tells the version, the commit of the checkout, and what it runs on", async () => {
  await using place = await Place.make();
  const expected = {
    version: manifest.version,
    commit: await head(place),
    built: null,
    deno: Deno.version.deno,
    v8: Deno.version.v8,
    typescript: Deno.version.typescript,
    platform: `${Deno.build.os}-${Deno.build.arch}`,
  };
  assert.match(expected.commit, /^[0-9a-f]{40}$/);
  const text = printed(await iteratr(place, ["version", "--json"]));
  assert.deepEqual(JSON.parse(text), expected);
  assert.deepEqual(Object.keys(JSON.parse(text)), Object.keys(expected));
  assert.match(text, /^[^\n]+\n$/);
  assert.equal(printed(await iteratr(place, ["--version", "--json"])), text);
  assert.deepEqual(versionInfo(), expected);
});

Deno.test("--json may stand before --version too", async () => {
  await using place = await Place.make();
  const text = printed(await iteratr(place, ["--json", "--version"]));
  assert.equal(JSON.parse(text).version, manifest.version);
});

Deno.test("version, --version and -v tell the same in words", async () => {
  await using place = await Place.make();
  const text = printed(await iteratr(place, ["version"]));
  assert.deepEqual(text.split("\n").map((line) => line.split(/ {2,}/)), [
    [`iteratr ${manifest.version}`],
    ["commit", `${await head(place)} (from source)`],
    ["deno", Deno.version.deno],
    ["v8", Deno.version.v8],
    ["typescript", Deno.version.typescript],
    ["platform", `${Deno.build.os}-${Deno.build.arch}`],
    [""],
  ]);
  for (const flag of ["--version", "-v"]) {
    assert.equal(printed(await iteratr(place, [flag])), text, flag);
  }
});

Deno.test("version says that the commit is unknown when there is no git", async () => {
  await using place = await Place.make();
  const env = { PATH: place.join("empty") };
  const text = printed(await iteratr(place, ["version", "--json"], { env }));
  assert.equal(JSON.parse(text).commit, null);
  assert.match(printed(await iteratr(place, ["version"], { env })), /^commit +unknown /m);
});

Deno.test("version asks git of its own checkout, not of the directory that it is called in", async () => {
  await using place = await Place.make();
  const env = { ...await environment(place), GIT_CONFIG_GLOBAL: "/dev/null" };
  const script = "git init -q . && git -c user.name=A -c user.email=a@b " +
    "commit -q --allow-empty -m x";
  printed(await run(["sh", "-c", script], { cwd: place.path, env }));
  const text = printed(await iteratr(place, ["version", "--json"]));
  assert.equal(JSON.parse(text).commit, await head(place));
});
