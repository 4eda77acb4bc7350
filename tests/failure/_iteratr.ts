import assert from "node:assert/strict";
import { bareEnvironment } from "../support/environment.ts";
import type { Place } from "../support/place.ts";

const MAIN = new URL("../../main.ts", import.meta.url).pathname;

/** Longer than any command may be held up by others; what takes longer hangs. */
const HUNG_MS = 25_000;

/** What a command printed, and how it ended. */
export interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Commands that look at session `s`, and such that write into it. */
export const READING: readonly (readonly string[])[] = [
  ["tool", "task-list", "--name", "s"],
  ["tool", "note-list", "--name", "s"],
  ["export", "s"],
];
export const WRITING: readonly (readonly string[])[] = [
  ["tool", "task-add", "--name", "s", "--content", "late"],
  ["tool", "session-complete", "--name", "s"],
  ["reset", "s"],
  ["delete", "s"],
];
export const DOCTOR: readonly string[] = ["doctor", "--check"];
export const ALL: readonly (readonly string[])[] = [...READING, ...WRITING, DOCTOR];

/**
 * Runs `iteratr ARGS` in a place, as a process of its own.
 *
 * @param wrap a program that starts it, with its arguments.
 * @throws {Error} when it does not end.
 */
export async function iteratr(
  place: Place,
  args: readonly string[],
  wrap: readonly string[] = [],
): Promise<Finished> {
  const [program = "", ...rest] = [...wrap, Deno.execPath(), "run", "-A", "--quiet", MAIN, ...args];
  const child = new Deno.Command(program, {
    args: rest,
    cwd: place.path,
    clearEnv: true,
    env: { ...bareEnvironment(), NO_COLOR: "1" },
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
    if (hung) throw new Error(`iteratr ${args.join(" ")} hangs`);
    const decoder = new TextDecoder();
    return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
  } finally {
    clearTimeout(watchdog);
  }
}

/** Expects that a command went well. */
export function succeeded(finished: Finished, what = ""): void {
  assert.equal(finished.code, 0, `${what}: ${finished.stderr}`);
}

/**
 * Expects that a command ended with an exit code and one line on stderr that names a file. Hints what to
 * do next may follow, each on a line of its own.
 *
 * @returns the line, without the ending's name.
 */
export function refused(finished: Finished, code: 1 | 9, file: string, what = ""): string {
  const pattern = code === 1
    ? /^config \(exit 1\): ([^\n]+)\n(?: {2}[^\n]+\n)*$/
    : /^store \(exit 9\): ([^\n]+)\n$/;
  const line = pattern.exec(finished.stderr)?.[1];
  const { stdout, stderr } = finished;
  const seen = JSON.stringify({ code: finished.code, stdout: stdout.slice(0, 200), stderr });
  assert.ok(line !== undefined, `${what}: ${seen}`);
  assert.equal(finished.code, code, what);
  assert.ok(line.includes(file), `${what}: ${line}`);
  return line;
}

/** The bytes of a store's file, which nobody may have open, as a text that can be compared. */
export async function fingerprint(file: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", await Deno.readFile(file));
  return new Uint8Array(digest).toHex();
}
