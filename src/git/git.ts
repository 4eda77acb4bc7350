import { Capture } from "../platform/capture.ts";
import { childEnd } from "../platform/child_end.ts";
import { Collection } from "../platform/collection.ts";
import { messageOf } from "../platform/failure.ts";
import { parentPath } from "../platform/paths.ts";
import { PipeReading } from "../platform/pipe_reading.ts";
import { Bounds } from "./bounds.ts";
import { environment } from "./environment.ts";

/** What a git command printed, and how it ended. */
export interface GitResult {
  readonly ok: boolean;
  /** Its exit code; 127 when it could not be started. git's own failures are 128 and more. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a git command is given besides its arguments. */
export interface GitOptions {
  /** What it reads from standard input. */
  readonly input?: string;
  /** Variables on top of iteratr's own. */
  readonly env?: Readonly<Record<string, string>>;
  /**
   * Makes it the leader of a process group, so that what it starts ends with it, and a Ctrl-C at the
   * terminal does not reach it. Dear in a large process (some 10 ms): only for what needs it.
   */
  readonly group?: boolean;
  /** It is ended after so many milliseconds, for which there are two minutes otherwise. */
  readonly limitMs?: number;
  /** Ends it before its time. */
  readonly stop?: AbortSignal;
  /**
   * Of what it prints, only the beginning and the end are kept, so many bytes in all: for commands whose
   * output is for people. Of all others the whole is needed, and one that prints too much has failed.
   */
  readonly keptBytes?: number;
  /** The directory need not be the top of its work tree: git looks for the repository further up. */
  readonly searches?: boolean;
}

/** Longer than any of these commands takes; what waits for a passphrase would wait for ever. */
const LIMIT_MS = 120_000;
/** More than git has to say of a repository that iteratr can handle at all. */
const MAX_BYTES = 64 * 1024 * 1024;
/** What a hook of git leaves running may hold the pipes; so long its last words are waited for. */
const PIPE_GRACE_MS = 200;

/**
 * Runs git in a directory. It never takes locks that are not needed, never asks for anything, and
 * never opens a pager or an editor. Which repository it is follows from the directory, whatever the
 * environment says: where an agent has removed the one that was there, git must not find another one
 * around it. After two minutes it is ended, with its group if it has one.
 *
 * A Ctrl-C at the terminal reaches a command without a group of its own, and what it was to tell would be
 * taken for an answer: such a command is run once more, out of its reach.
 *
 * @returns `ok: false` also when git is not installed.
 */
export async function git(
  directory: string,
  args: readonly string[],
  options: GitOptions = {},
): Promise<GitResult> {
  const { isKilled, ...result } = await runOnce(directory, args, options);
  if (!isKilled || options.group === true) return result;
  const { isKilled: _again, ...second } = await runOnce(directory, args, {
    ...options,
    group: true,
  });
  return second;
}

/** What a git command came to, and whether somebody else has ended it. */
interface Outcome extends GitResult {
  readonly isKilled: boolean;
}

async function runOnce(
  directory: string,
  args: readonly string[],
  options: GitOptions,
): Promise<Outcome> {
  const { input, limitMs = LIMIT_MS, keptBytes } = options;
  let child: Deno.ChildProcess;
  try {
    child = spawn(directory, args, options);
  } catch (error) {
    return { ok: false, code: 127, stdout: "", stderr: messageOf(error), isKilled: false };
  }
  using bounds = new Bounds(options.group === true ? -child.pid : child.pid, limitMs, options.stop);
  const [out, err] = keptBytes === undefined
    ? [new Collection(MAX_BYTES), new Collection(MAX_BYTES)]
    : [new Capture(keptBytes), new Capture(keptBytes)];
  const pipes = [new PipeReading(child.stdout, out), new PipeReading(child.stderr, err)];
  const written = input === undefined ? undefined : write(child.stdin, input);
  const { code, signal } = await childEnd(child);
  await written;
  await bounds.within(PIPE_GRACE_MS, Promise.all(pipes.map(({ ended }) => ended)));
  await Promise.all(pipes.map((pipe) => pipe.stop()));
  const isTooMuch = keptBytes === undefined && out.bytes > MAX_BYTES;
  const why = bounds.isLate
    ? `\nfatal: it did not end within ${limitMs / 1000} s`
    : isTooMuch
    ? `\nfatal: it printed more than ${MAX_BYTES / 1024 ** 2} MiB`
    : "";
  return {
    ok: code === 0 && !isTooMuch,
    code,
    stdout: out.text(),
    stderr: `${err.text()}${why}`,
    isKilled: signal !== null && !bounds.isLate && !bounds.isStopped,
  };
}

function spawn(
  directory: string,
  args: readonly string[],
  { input, env, group = false, searches = false }: GitOptions,
): Deno.ChildProcess {
  return new Deno.Command("git", {
    args: ["--no-optional-locks", "-C", directory, ...args],
    stdin: input === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
    detached: group,
    clearEnv: true,
    env: {
      ...environment(),
      ...(searches ? {} : { GIT_CEILING_DIRECTORIES: ceilings(directory) }),
      ...env,
      GIT_TERMINAL_PROMPT: "0",
      GIT_EDITOR: "true",
      GIT_PAGER: "cat",
    },
  }).spawn();
}

/** git goes up into none of them. */
function ceilings(directory: string): string {
  const own = Deno.env.get("GIT_CEILING_DIRECTORIES");
  return own === undefined ? parentPath(directory) : `${parentPath(directory)}:${own}`;
}

/** A command that ends without having read everything says by its exit code what was wrong. */
async function write(stdin: WritableStream<Uint8Array>, text: string): Promise<void> {
  const writer = stdin.getWriter();
  try {
    await writer.write(new TextEncoder().encode(text));
    await writer.close();
  } catch {
    await writer.abort().catch(() => undefined);
  }
}
