import assert from "node:assert/strict";
import { denoDirectory } from "../../scripts/opencode/deno_directory.ts";
import type { Place } from "../support/place.ts";

/** The program under test, as its path. */
export const MAIN = new URL("../../main.ts", import.meta.url).pathname;

/** The PATH that cron gives. */
export const CRON_PATH = "/usr/bin:/bin";

/** Longer than any of these commands takes; what takes longer hangs. */
const HUNG_MS = 60_000;

let cache: Promise<string> | undefined;

/** How a command ended, and what it printed. */
export interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How a command is started, where it differs from the usual. */
export interface CallOptions {
  /** On top of a home directory, a short PATH and Deno's caches. */
  readonly env?: Readonly<Record<string, string>>;
  /** Left out, the test's place. */
  readonly cwd?: string;
  /** A program that starts it, with its arguments. */
  readonly wrap?: readonly string[];
}

/** All that a command gets from its environment. */
export async function environment(place: Place): Promise<Readonly<Record<string, string>>> {
  return {
    HOME: place.join("home"),
    PATH: CRON_PATH,
    // No part of what is tested: without it, Deno would fill a cache in each new home directory.
    DENO_DIR: await (cache ??= denoDirectory()),
  };
}

/** The words that start `iteratr ARGS`. */
export function command(args: readonly string[]): readonly [string, ...string[]] {
  return [Deno.execPath(), "run", "-A", "--quiet", MAIN, ...args];
}

/** Runs a program to its end, and kills it when it does not come to one. */
export async function run(
  [program, ...args]: readonly [string, ...string[]],
  options: { readonly cwd: string; readonly env: Readonly<Record<string, string>> },
): Promise<Finished> {
  const child = new Deno.Command(program, {
    args,
    cwd: options.cwd,
    env: options.env,
    clearEnv: true,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let hung = false;
  const watchdog = setTimeout(() => {
    hung = true;
    child.kill("SIGKILL");
  }, HUNG_MS);
  try {
    const { code, stdout, stderr } = await child.output();
    if (hung) throw new Error(`${program} ${args.join(" ")} hangs`);
    const decoder = new TextDecoder();
    return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
  } finally {
    clearTimeout(watchdog);
  }
}

/** Runs `iteratr ARGS` as a process of its own. */
export async function iteratr(
  place: Place,
  args: readonly string[],
  { env, cwd, wrap = [] }: CallOptions = {},
): Promise<Finished> {
  const [program = "", ...words] = [...wrap, ...command(args)];
  return await run([program, ...words], {
    cwd: cwd ?? place.path,
    env: { ...await environment(place), ...env },
  });
}

/** What a command that must end well has printed. */
export function printed({ code, stdout, stderr }: Finished, what = ""): string {
  assert.deepEqual({ code, stderr }, { code: 0, stderr: "" }, `${what} ${stdout}`);
  return stdout;
}

/** What a command says that a person must mend: the line, and the hints below it. */
export function complaint(
  { code, stdout, stderr }: Finished,
  what = "",
): readonly [line: string, ...hints: readonly string[]] {
  const [first = "", ...rest] = stderr.replace(/\n$/, "").split("\n");
  assert.deepEqual([code, stdout], [1, ""], `${what} ${stderr}`);
  assert.match(first, /^config \(exit 1\): \S/, `${what} ${stderr}`);
  for (const hint of rest) assert.match(hint, /^ {2}\S/, `${what} ${stderr}`);
  return [first.slice("config (exit 1): ".length), ...rest.map((hint) => hint.slice(2))];
}

/** Everything below a directory, as `path: content`, to see that nothing has changed. */
export async function contents(directory: string): Promise<readonly string[]> {
  const found: string[] = [];
  const walk = async (at: string): Promise<void> => {
    for await (const entry of Deno.readDir(at)) {
      const path = `${at}/${entry.name}`;
      if (entry.isDirectory) {
        found.push(`${path}/`);
        await walk(path);
      } else if (entry.isSymlink) found.push(`${path} -> ${await Deno.readLink(path)}`);
      else found.push(`${path}: ${(await Deno.readFile(path)).toBase64()}`);
    }
  };
  await walk(directory);
  return found.toSorted();
}
