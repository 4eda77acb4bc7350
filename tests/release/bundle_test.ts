import assert from "node:assert/strict";
import { CHECKOUT, type Finished, run, type RunOptions, Workshop } from "./_workshop.ts";

/** The modules of a bundle by their file names. */
type Chunks = ReadonlyMap<string, string>;

function readChunks(directory: string): Chunks {
  return new Map(
    Array.from(Deno.readDirSync(directory), ({ name }) => [
      name,
      Deno.readTextFileSync(`${directory}/${name}`),
    ]),
  );
}

/** What is loaded together with a chunk. */
function loadedWith(chunks: Chunks, ...entries: readonly string[]): ReadonlySet<string> {
  const loaded = new Set<string>();
  const visit = (name: string): void => {
    const text = chunks.get(name);
    assert.ok(text !== undefined, `there is no chunk ${name}`);
    if (loaded.has(name)) return;
    loaded.add(name);
    for (const [, path] of text.matchAll(/(?:from|import)\s*"\.\/([^"]+\.js)"/g)) {
      if (path !== undefined) visit(path);
    }
  };
  for (const entry of entries) visit(entry);
  return loaded;
}

/** The chunk that a name was split off as. */
function chunk(chunks: Chunks, stem: string): string {
  const names = [...chunks.keys()].filter((name) => name.startsWith(`${stem}-`));
  assert.equal(names.length, 1, `chunks of ${stem}: ${names}`);
  return names[0] ?? "";
}

/** Runs a bundle the way its users do. */
function iteratr(
  directory: string,
  args: readonly string[],
  options: RunOptions,
): Promise<Finished> {
  const flags = ["-A", "--quiet", "--unstable-kv", "--no-config"];
  return run([Deno.execPath(), "run", ...flags, `${directory}/main.js`, ...args], options);
}

Deno.test("the tool lane of a bundle loads nothing of Node and of npm", async () => {
  await using workshop = await Workshop.make();
  const directory = workshop.join("out");
  await workshop.bundle(directory);
  const chunks = readChunks(directory);
  const main = chunks.get("main.js") ?? "";
  const cli = chunk(chunks, "cli");
  const lane = loadedWith(chunks, "main.js", ...laneOf(main, cli));
  for (const name of lane) {
    const text = chunks.get(name) ?? "";
    assert.ok(!text.includes("node:"), `${name} loads Node`);
    // Deno's layer for Node starts when any of these is touched.
    const touched = /\b(?:Buffer|setImmediate|require\(|process\.(?:env|argv|on|exit|std\w+))/.exec(
      text,
    );
    assert.equal(touched, null, `${name} touches ${touched?.[0]}`);
  }
  // The search finds what it looks for: the other lane has all of it.
  const other = [...loadedWith(chunks, cli)].map((name) => chunks.get(name)).join("");
  assert.ok(other.includes('"node:sqlite"') && other.includes("commander.unknownOption"));
  assert.ok(!lane.has(cli));
  const size = [...lane].reduce((sum, name) => sum + (chunks.get(name)?.length ?? 0), 0);
  assert.ok(size < 100_000, `the tool lane is ${size} characters long`);
});

/** The chunks that `main.js` loads on demand, but for that of the other commands. */
function laneOf(main: string, cli: string): readonly string[] {
  const names = Array.from(main.matchAll(/import\("\.\/([^"]+)"\)/g), ([, name]) => name ?? "");
  assert.ok(names.includes(cli) && names.some((name) => name.startsWith("tool-")), `${names}`);
  return names.filter((name) => name !== cli);
}

Deno.test("the tool lane of a checkout loads nothing of Node and of npm", async () => {
  await using workshop = await Workshop.make();
  const graph: unknown = JSON.parse(
    await workshop.deno(["info", "--json", `${CHECKOUT}/src/commands/tool/tool.ts`]),
  );
  assert.ok(typeof graph === "object" && graph !== null && "modules" in graph);
  assert.ok(Array.isArray(graph.modules) && graph.modules.length > 10);
  for (const { specifier } of graph.modules) {
    assert.ok(String(specifier).startsWith("file:///"), `the tool lane loads ${specifier}`);
  }
});

Deno.test("a bundle knows the commit and the date that it was made from", async () => {
  await using workshop = await Workshop.make();
  const directory = workshop.join("out");
  const commit = async (): Promise<string> => {
    const args = ["git", "-C", CHECKOUT, "rev-parse", "HEAD"];
    const { code, stdout } = await run(args, { cwd: "/", env: workshop.caches });
    return code === 0 ? stdout.slice(0, 12) : "unknown";
  };
  const before = await commit();
  await workshop.bundle(directory, { SOURCE_DATE_EPOCH: "951782400" });
  const { stdout } = await iteratr(directory, ["--version"], { cwd: workshop.path });
  assert.ok(stdout.includes("2000-02-29"), stdout);
  const commits = [before, await commit()];
  assert.ok(commits.some((name) => stdout.includes(name)), `${stdout} is not from ${commits}`);
  const manifest: unknown = JSON.parse(await Deno.readTextFile(`${CHECKOUT}/deno.json`));
  assert.ok(typeof manifest === "object" && manifest !== null && "version" in manifest);
  assert.equal(/^iteratr (\S+)/.exec(stdout)?.[1], manifest.version);
  assert.ok(!stdout.includes("from source"), stdout);
});

Deno.test("a checkout says that it is none", async () => {
  await using workshop = await Workshop.make();
  const stdout = await workshop.deno(["run", "-A", `${CHECKOUT}/main.ts`, "--version"]);
  assert.match(stdout, /^iteratr \d+\.\d+\.\d+\s[^]*\(from source\)/);
});

Deno.test("two bundles of the same sources and date are the same, and no old file stays", async () => {
  await using workshop = await Workshop.make();
  const script = await workshop.copyScript();
  const bundle = async (directory: string): Promise<Chunks> => {
    const env = { SOURCE_DATE_EPOCH: "0" };
    await workshop.deno(["run", "-A", script, "--outdir", directory], env);
    return readChunks(directory);
  };
  const first = await bundle(workshop.join("one"));
  assert.deepEqual(await bundle(workshop.join("two")), first);
  const version = workshop.join("copy", "src", "commands", "version.ts");
  const text = await Deno.readTextFile(version);
  await Deno.writeTextFile(version, text.replace("from source", "from the source"));
  const changed = await bundle(workshop.join("one"));
  assert.equal(changed.size, first.size);
  assert.notDeepEqual([...changed.keys()].sort(), [...first.keys()].sort());
});

Deno.test("a bundle can be put where whoever calls it says, seen from where they are", async () => {
  await using workshop = await Workshop.make();
  const script = await workshop.copyScript();
  await workshop.deno(["run", "-A", script, "--outdir", "relative/out"]);
  const { stdout } = await iteratr(workshop.join("relative/out"), ["--version"], { cwd: "/" });
  assert.match(stdout, /^iteratr /);
});

Deno.test("bundling does not empty a directory that holds anything else", async () => {
  await using workshop = await Workshop.make();
  const precious = workshop.join("out", "precious.txt");
  await Deno.mkdir(workshop.join("out"));
  await Deno.writeTextFile(precious, "of a whole year");
  await workshop.bundle(workshop.join("out")).catch(() => undefined);
  assert.equal(await Deno.readTextFile(precious), "of a whole year");
});

Deno.test("a bundle needs no cache, no home, no network and no place of its own", async () => {
  await using workshop = await Workshop.make();
  const directory = workshop.join("out");
  await workshop.bundle(directory);
  const elsewhere = workshop.join("elsewhere");
  for (const name of ["elsewhere", "elsewhere/.git", "empty", "home"]) {
    await Deno.mkdir(workshop.join(name));
  }
  const nowhere = "http://127.0.0.1:9";
  const options: RunOptions = {
    cwd: elsewhere,
    env: {
      DENO_DIR: workshop.join("empty"),
      HOME: workshop.join("home"),
      HTTP_PROXY: nowhere,
      HTTPS_PROXY: nowhere,
    },
  };
  const works = async (...args: readonly string[]): Promise<string> => {
    const finished = await iteratr(directory, args, options);
    assert.equal(finished.code, 0, `${args.join(" ")}: ${finished.stderr}`);
    return finished.stdout;
  };
  assert.match(await works("--version"), /^iteratr /);
  assert.match(await works("--help"), /^Usage: iteratr /);
  assert.match(await works("tool", "task-add", "--name", "s", "--content", "x"), /"TAS-1"/);
  assert.equal(await works("tool", "task-list"), "Remaining:\n  [TAS-1] P2 x\n");
  assert.equal((await works("export", "s")).split("\n").length, 3);
  assert.match(await works("doctor", "--check"), /session s {2}2 events {2}ok\n$/);
  assert.match(await works("reset", "s"), /^session s begins anew/);
  assert.match(await works("delete", "s"), /^session s is deleted/);
  const misspelt = await iteratr(directory, ["tool", "task-lits"], options);
  assert.equal(misspelt.stderr.includes("did you mean task-list?"), true, misspelt.stderr);
  const names = (path: string): readonly string[] =>
    Array.from(Deno.readDirSync(workshop.join(path)), ({ name }) => name);
  for (const cache of names("empty").filter((name) => name === "npm" || name === "remote")) {
    assert.deepEqual(names(`empty/${cache}`), [], "something was fetched");
  }
  assert.deepEqual(names("home"), []);
});
