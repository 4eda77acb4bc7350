import { type ChildEnd, childEnd } from "../platform/child_end.ts";
import { UserError } from "../platform/failure.ts";
import type { HeldGroups } from "../platform/held_groups.ts";
import { sendSignal } from "../platform/marked_processes.ts";
import { Tail } from "../platform/tail.ts";
import type { Clock } from "../platform/clock.ts";

/** How an agent is started. */
export interface LaunchOptions {
  readonly command: readonly [string, ...string[]];
  /** Words that follow the command's own, made anew for each start. */
  readonly moreWords?: () => readonly string[];
  /** Absolute path of the root. */
  readonly cwd: string;
  /** The whole environment; nothing is inherited besides. */
  readonly env: Readonly<Record<string, string>>;
  /** Where its process group is held, for whoever must end everything at once. */
  readonly groups?: HeldGroups;
}

/** A running agent, seen as a process. */
export interface AgentProcess {
  readonly pid: number;
  /** The one writer of its stdin, so that whoever ends the process can close it. */
  readonly stdin: WritableStreamDefaultWriter<Uint8Array>;
  readonly stdout: ReadableStream<Uint8Array>;
  /** Resolves when the process is gone; never rejects. */
  readonly exited: Promise<AgentExit>;
  /** The end of what it printed on stderr. */
  stderr(): Tail;
}

/** How an agent's process ended. */
export type AgentExit = ChildEnd;

const STDERR_KEPT = 8_000;

/**
 * Starts the agent in a process group of its own, so that Ctrl+C in the terminal reaches iteratr, which
 * then ends the agent in order. Its stderr is drained all the time: a full pipe would stop it.
 *
 * @throws {UserError} when the program is not there or cannot be run.
 */
export function launch(options: LaunchOptions): AgentProcess {
  const [program, ...words] = options.command;
  const args = [...words, ...options.moreWords?.() ?? []];
  let child: Deno.ChildProcess;
  try {
    child = new Deno.Command(program, {
      args,
      cwd: options.cwd,
      env: { ...options.env },
      clearEnv: true,
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
      detached: true,
    }).spawn();
  } catch (error) {
    throw cannotStart(program, options, error);
  }
  const end = childEnd(child);
  options.groups?.hold(child.pid, end);
  const tail = new Tail(STDERR_KEPT);
  const drained = drain(child.stderr, tail);
  const exited = end.then(async (how) => {
    // What the process printed last is on its way; a child that keeps the pipe must not hold us.
    await Promise.race([
      drained,
      new Promise((resolve) => Deno.unrefTimer(setTimeout(resolve, 100))),
    ]);
    return how;
  });
  return {
    pid: child.pid,
    stdin: child.stdin.getWriter(),
    stdout: child.stdout,
    exited,
    stderr: () => tail,
  };
}

async function drain(stream: ReadableStream<Uint8Array>, tail: Tail): Promise<void> {
  try {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) tail.push(text);
  } catch {
    // The pipe broke with the process; its exit tells the story.
  }
}

function cannotStart(program: string, { cwd }: LaunchOptions, error: unknown): UserError {
  if (error instanceof Deno.errors.PermissionDenied) {
    return new UserError(`the agent "${program}" cannot be started: permission denied`);
  }
  const missing = error instanceof Deno.errors.NotFound && !error.message.includes("cwd");
  if (!missing) {
    const why = error instanceof Error ? error.message : String(error);
    return new UserError(`the agent "${program}" cannot be started in ${cwd}: ${why}`);
  }
  const install = program === "opencode" ? ["Install it: npm install -g opencode-ai"] : [];
  return new UserError(`the agent "${program}" is not found`, [
    ...install,
    "Say where it is: --agent-command '/path/to/opencode acp'",
  ]);
}

const STDIN_GRACE_MS = 1_000;
const TERM_GRACE_MS = 500;

/**
 * Ends the agent's process, gently first: its stdin is closed (opencode then ends by itself), then its
 * group gets SIGTERM, then SIGKILL. It is gone within two seconds.
 */
export async function endProcess(agent: AgentProcess, clock: Clock): Promise<AgentExit> {
  // `close` would wait for pending writes, which an agent that reads no more holds up for ever.
  agent.stdin.abort().catch(() => undefined);
  const within = async (ms: number): Promise<boolean> => {
    const woken = new AbortController();
    const timer = clock.sleep(ms, woken.signal).then(() => false);
    const gone = await Promise.race([agent.exited.then(() => true), timer]);
    woken.abort();
    return gone;
  };
  if (!await within(STDIN_GRACE_MS)) {
    sendSignal(-agent.pid, "SIGTERM");
    if (!await within(TERM_GRACE_MS)) sendSignal(-agent.pid, "SIGKILL");
  }
  const exit = await agent.exited;
  sendSignal(-agent.pid, "SIGKILL");
  await agent.stdout.cancel().catch(() => undefined);
  return exit;
}
