import { Capture } from "./capture.ts";
import { type ChildEnd, childEnd } from "./child_end.ts";
import { ChildTree } from "./child_tree.ts";
import type { Clock } from "./clock.ts";
import type { HeldGroups } from "./held_groups.ts";
import { sendSignal } from "./marked_processes.ts";
import { PipeReading } from "./pipe_reading.ts";
import { processRef } from "./process_identity.ts";
import { settlesWithin } from "./settled.ts";

/** A command for the shell, and what bounds it. */
export interface ShellCommand {
  /** What `sh -c` gets. */
  readonly script: string;
  /** Absolute path. */
  readonly cwd: string;
  /** The whole environment; nothing is inherited besides. */
  readonly env: Readonly<Record<string, string>>;
  /** 0 = as long as it takes. */
  readonly timeoutMs: number;
  /** Ends it before its time. */
  readonly stop: AbortSignal;
  readonly clock: Clock;
  /** So much of its output is kept: the beginning and the end, each half of it, in bytes. */
  readonly keptBytes: number;
  /** What becomes of processes that it has started and not waited for. */
  readonly leftovers: "kill" | "leave";
  /** Where its process group is held, for whoever must end everything at once. */
  readonly groups?: HeldGroups;
}

/** How a command ended. */
export type ShellEnd =
  | { readonly kind: "exited"; readonly code: number }
  | { readonly kind: "killed"; readonly signal: string }
  | { readonly kind: "timed-out" }
  | { readonly kind: "stopped" }
  | { readonly kind: "not-started"; readonly why: string };

/** What came of a command. */
export interface ShellResult {
  readonly end: ShellEnd;
  readonly ms: number;
  /** What it printed on stdout and stderr, in the order in which it did; a cut is marked. */
  readonly output: string;
  /** How much it printed in all. */
  readonly bytes: number;
  /** SHA-256 of all that it printed, in hexadecimal. */
  readonly sha256: string;
  /** There only with `leave`, when a process of its group lives on or something still holds its pipe. */
  readonly left: LeftBehind | undefined;
}

/** What a command has left running. What it prints is read and dropped, so that it can go on. */
export interface LeftBehind {
  /** Ends what is left and stops reading its output. */
  end(): Promise<void>;
}

/** Between SIGTERM and SIGKILL. */
const TERM_GRACE_MS = 500;

/**
 * The script is run by a second shell, in the place of the first, so that stderr goes where stdout goes
 * from the first byte on, and the script stays what it is: its line numbers too.
 */
const BOTH_IN_ONE = 'exec sh -c -- "$1" 2>&1';

/**
 * Runs a command in a session and process group of its own, without standard input. Past its time, or
 * when it is stopped, its group gets SIGTERM, then SIGKILL. A process that it leaves behind does not
 * hold us, whatever pipe that has. It never throws: what goes wrong is in the end that it came to.
 */
export async function runShell(command: ShellCommand): Promise<ShellResult> {
  const { clock, leftovers } = command;
  const capture = new Capture(command.keptBytes);
  const start = clock.monotonic();
  let ms = 0;
  const result = (end: ShellEnd, left?: LeftBehind): ShellResult => ({
    end,
    ms,
    output: capture.text(),
    bytes: capture.bytes,
    sha256: capture.sha256(),
    left,
  });
  if (command.stop.aborted) return result({ kind: "stopped" });
  let child: Deno.ChildProcess;
  try {
    child = spawn(command);
  } catch (error) {
    return result({ kind: "not-started", why: whyNotStarted(command.cwd, error) });
  }
  const group = child.pid;
  const reading = new PipeReading(child.stdout, capture);
  const ended = childEnd(child);
  command.groups?.hold(group, ended);
  const exit = ended.then(endOf);
  const first = await firstOf(exit, command);
  const isCut = first !== "exited";
  if (isCut) await endGroup(group, Promise.all([exit, reading.ended]), clock);
  const ownEnd = await exit;
  const end = isCut ? { kind: first } : ownEnd;
  ms = clock.monotonic() - start;
  if (!isCut && leftovers === "kill") sendSignal(-group, "SIGKILL");
  await reading.rest(clock);
  const left = isCut || leftovers === "kill" ? undefined : await leftBehind(group, reading);
  if (left === undefined) await reading.stop();
  // Nobody has to end what is left: a program that is through must not wait for it.
  else child.unref();
  return result(end, left);
}

function spawn(command: ShellCommand): Deno.ChildProcess {
  return new Deno.Command("sh", {
    args: ["-c", BOTH_IN_ONE, "sh", command.script],
    cwd: command.cwd,
    env: { ...command.env },
    clearEnv: true,
    stdin: "null",
    stdout: "piped",
    stderr: "null",
    detached: true,
  }).spawn();
}

/** What the system says of a missing directory is that the shell is missing. */
function whyNotStarted(cwd: string, error: unknown): string {
  if (!isDirectory(cwd)) return `there is no directory ${cwd}`;
  if (error instanceof Deno.errors.NotFound) return 'there is no program "sh" on the PATH';
  const message = error instanceof Error ? error.message : String(error);
  const why = message.replace(/^Failed to spawn '[^']*': /, "");
  return `the shell cannot be started: ${why}`;
}

function isDirectory(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
}

function endOf({ code, signal }: ChildEnd): ShellEnd {
  return signal === null ? { kind: "exited", code } : { kind: "killed", signal };
}

async function firstOf(
  exit: Promise<ShellEnd>,
  { stop, timeoutMs, clock }: ShellCommand,
): Promise<"exited" | "timed-out" | "stopped"> {
  const over = new AbortController();
  const { promise: stopped, resolve } = Promise.withResolvers<"stopped">();
  stop.addEventListener("abort", () => resolve("stopped"), { signal: over.signal });
  const late = timeoutMs > 0 ? [clock.sleep(timeoutMs, over.signal)] : [];
  const first = await Promise.race([
    exit.then(() => "exited" as const),
    stopped,
    ...late.map((timer) => timer.then(() => "timed-out" as const)),
  ]);
  over.abort();
  return first;
}

/**
 * Ends a running command with all that it has started, gently first. Descendants are looked for while
 * the tree is whole, since some are in groups of their own: `timeout` makes one, as does `set -m`.
 */
async function endGroup(group: number, gone: Promise<unknown>, clock: Clock): Promise<void> {
  const tree = new ChildTree();
  // It has not ended yet, as far as anybody knows, so the number is still its own.
  await tree.look(await processRef(group));
  sendSignal(-group, "SIGTERM");
  await settlesWithin(TERM_GRACE_MS, gone, clock);
  sendSignal(-group, "SIGKILL");
  await tree.end();
}

/** What is left of a command that has ended; what comes from it is dropped from now on. */
async function leftBehind(group: number, reading: PipeReading): Promise<LeftBehind | undefined> {
  const members = new ChildTree();
  await members.lookGroup(group);
  if (members.isEmpty && reading.isEnded) return undefined;
  reading.drop();
  return {
    end: async () => {
      // It may have started more since.
      await members.lookGroup(group);
      await members.end();
      await reading.stop();
    },
  };
}
