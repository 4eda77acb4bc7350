import assert from "node:assert/strict";
import { bareEnvironment } from "./environment.ts";
import type { Place } from "./place.ts";

/**
 * The program under test: the checkout's, or the bundle whose entry the test task names. The tests of
 * the tools run once against each.
 */
const MAIN = Deno.env.get("ITERATR_TEST_MAIN") ??
  new URL("../../main.ts", import.meta.url).pathname;
const FLAGS = MAIN.endsWith(".js") ? ["--unstable-kv", "--no-config"] : [];

/** What a process printed, and how it ended. */
export interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a call of `iteratr tool` may have besides its arguments. */
export interface CallOptions {
  /** Left out, standard input is empty. */
  readonly stdin?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Left out, the test's place. */
  readonly cwd?: string;
}

/** Starts `iteratr tool ARGS`; standard output and error are pipes. */
export function spawnTool(
  place: Place,
  args: readonly string[],
  options: CallOptions = {},
): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", ...FLAGS, MAIN, "tool", ...args],
    cwd: options.cwd ?? place.path,
    clearEnv: true,
    env: { ...bareEnvironment(), ...options.env },
    stdin: options.stdin === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** Runs `iteratr tool ARGS` as a process of its own. */
export async function runTool(
  place: Place,
  args: readonly string[],
  options: CallOptions = {},
): Promise<Result> {
  const child = spawnTool(place, args, options);
  const [{ code, stdout, stderr }] = await Promise.all([
    child.output(),
    options.stdin === undefined ? undefined : send(child.stdin, options.stdin),
  ]);
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

/** A process that ends without having read everything is no fault of the one who writes. */
async function send(stdin: WritableStream<Uint8Array>, text: string): Promise<void> {
  const writer = stdin.getWriter();
  await writer.write(new TextEncoder().encode(text)).then(() => writer.close()).catch(() =>
    undefined
  );
}

/** Runs a call that must succeed without a word on stderr; returns its answer without the line's end. */
export async function answer(
  place: Place,
  args: readonly string[],
  options: CallOptions = {},
): Promise<string> {
  const { code, stdout, stderr } = await runTool(place, args, options);
  assert.deepEqual({ code, stderr }, { code: 0, stderr: "" }, args.join(" "));
  assert.ok(stdout.endsWith("\n"), `no line's end after ${JSON.stringify(stdout)}`);
  return stdout.slice(0, -1);
}

/** Runs a call with `--json` that must succeed; returns what it printed, read as JSON. */
export async function jsonAnswer(
  place: Place,
  args: readonly string[],
  options: CallOptions = {},
): Promise<unknown> {
  return JSON.parse(await answer(place, [...args, "--json"], options));
}

/** Runs a call that must be refused with code 1 and one line on stderr; returns the line's message. */
export async function refusal(
  place: Place,
  args: readonly string[],
  options: CallOptions = {},
): Promise<string> {
  const { code, stdout, stderr } = await runTool(place, args, options);
  const line = /^config \(exit 1\): (.+)\n$/.exec(stderr)?.[1];
  assert.ok(
    line !== undefined,
    `${args.join(" ")}: expected one line, got ${JSON.stringify(stderr)}`,
  );
  assert.deepEqual({ code, stdout }, { code: 1, stdout: "" }, args.join(" "));
  return line;
}
