/**
 * `deno task test [files...]`: installs what the tests need, runs them, and ends with a line
 * `N passed, N failed`. Without files it runs all of them, and those of the tools a second time, against
 * the bundle.
 */
import { join } from "node:path";
import { ensureOpencode } from "./opencode/install.ts";
import { bundle } from "./release/bundle.ts";

interface Count {
  readonly passed: number;
  readonly failed: number;
}

/** Tests whose subject is a process of the `tool` lane. */
const TOOL_TESTS = ["tests/tool", "tests/store/several_processes_test.ts"];

const say = (line: string): void => {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
};

/** Copies the runner's output through, and picks its closing line up on the way. */
async function copy(stream: ReadableStream<Uint8Array>): Promise<Count | undefined> {
  let closing: Count | undefined;
  let partial = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    Deno.stdout.writeSync(new TextEncoder().encode(text));
    const lines = (partial + text).split("\n");
    partial = lines.pop() ?? "";
    for (const line of lines) {
      const [, passed, failed] = /^(?:ok|FAILED) \| (\d+) passed.* \| (\d+) failed/.exec(line) ??
        [];
      if (passed !== undefined) closing = { passed: Number(passed), failed: Number(failed) };
    }
  }
  return closing;
}

/** Runs test files; a runner that stops without counting (a type error, a crash) is one failure. */
async function run(
  files: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Count> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["test", "-A", "--parallel", ...files],
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
    env: { NO_COLOR: "1", ...env },
  }).spawn();
  const closing = await copy(child.stdout);
  const { success } = await child.status;
  return {
    passed: closing?.passed ?? 0,
    failed: Math.max(closing?.failed ?? 0, success ? 0 : 1),
  };
}

/**
 * Fetches everything ahead of time, so that no process under test speaks of a download: the libraries,
 * what Deno wants to know of them when it first runs the program, and the bundler.
 *
 * @returns the directory of a bundle.
 */
async function prepare(): Promise<string> {
  for (const args of [["install", "--quiet"], ["run", "-A", "--quiet", "main.ts", "--help"]]) {
    const { success } = await new Deno.Command(Deno.execPath(), {
      args,
      stdin: "null",
      stdout: "null",
      stderr: "inherit",
    }).output();
    if (!success) say(`deno ${args.join(" ")} failed; the tests will tell what is missing`);
  }
  await ensureOpencode({ pinned: true, say });
  const directory = await Deno.makeTempDir({ prefix: "iteratr-bundle-" });
  await bundle(directory);
  return directory;
}

async function runAll(bundled: string): Promise<readonly Count[]> {
  const fromSource = await run(["tests"]);
  say("\nthe tools once more, against the bundle");
  const fromBundle = await run(TOOL_TESTS, { ITERATR_TEST_MAIN: join(bundled, "main.js") });
  return [fromSource, fromBundle];
}

const bundled = await prepare();
let counts: readonly Count[];
try {
  counts = Deno.args.length > 0 ? [await run(Deno.args)] : await runAll(bundled);
} finally {
  await Deno.remove(bundled, { recursive: true });
}
const passed = counts.reduce((sum, count) => sum + count.passed, 0);
const failed = counts.reduce((sum, count) => sum + count.failed, 0);
say(`${passed} passed, ${failed} failed`);
Deno.exit(failed === 0 && passed > 0 ? 0 : 1);
