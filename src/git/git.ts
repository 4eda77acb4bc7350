import { childEnd } from "../platform/child_end.ts";
import { sendSignal } from "../platform/marked_processes.ts";
import { Collected } from "./collected.ts";

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
}

/** Longer than any of these commands takes; what waits for a passphrase would wait for ever. */
const LIMIT_MS = 120_000;

/** What is told to end has so long to do it in order. */
const TERM_GRACE_MS = 500;
/** What a hook of git leaves running may hold the pipes; so long its last words are waited for. */
const PIPE_GRACE_MS = 200;

/**
 * Variables by which a shell, or a hook of git that starts iteratr, points every git command at one
 * repository or index (`git rev-parse --local-env-vars`); here the directory alone says which it is.
 */
const POINTERS = [
  "GIT_DIR",
  "GIT_WORK_TREE",
  "GIT_INDEX_FILE",
  "GIT_COMMON_DIR",
  "GIT_OBJECT_DIRECTORY",
  "GIT_ALTERNATE_OBJECT_DIRECTORIES",
  "GIT_PREFIX",
  "GIT_NAMESPACE",
  "GIT_IMPLICIT_WORK_TREE",
  "GIT_SHALLOW_FILE",
  "GIT_GRAFT_FILE",
];

/**
 * Runs git in a directory. It never takes locks that are not needed, never asks for anything, and
 * never opens a pager or an editor. Which repository it is follows from the directory, whatever the
 * environment says. After two minutes it is ended, with its group if it has one.
 *
 * @returns `ok: false` also when git is not installed.
 */
export async function git(
  directory: string,
  args: readonly string[],
  options: GitOptions = {},
): Promise<GitResult> {
  const { input, env, group = false, limitMs = LIMIT_MS, stop } = options;
  try {
    const child = new Deno.Command("git", {
      args: ["--no-optional-locks", "-C", directory, ...args],
      stdin: input === undefined ? "null" : "piped",
      stdout: "piped",
      stderr: "piped",
      detached: group,
      clearEnv: true,
      env: {
        ...environment(),
        ...env,
        GIT_TERMINAL_PROMPT: "0",
        GIT_EDITOR: "true",
        GIT_PAGER: "cat",
        LC_ALL: "C",
      },
    }).spawn();
    const end = (signal: Deno.Signal): void => sendSignal(group ? -child.pid : child.pid, signal);
    let isLate = false;
    const timers = [setTimeout(() => {
      isLate = true;
      end("SIGKILL");
    }, limitMs)];
    const onStop = (): void => {
      end("SIGTERM");
      timers.push(setTimeout(() => end("SIGKILL"), TERM_GRACE_MS));
    };
    if (stop?.aborted === true) onStop();
    else stop?.addEventListener("abort", onStop, { once: true });
    try {
      const [stdout, stderr] = [new Collected(child.stdout), new Collected(child.stderr)];
      const written = input === undefined ? undefined : write(child.stdin, input);
      const { code } = await childEnd(child);
      await written;
      const all = Promise.all([stdout.ended, stderr.ended]);
      await Promise.race([
        all,
        new Promise((resolve) => timers.push(setTimeout(resolve, PIPE_GRACE_MS))),
      ]);
      await Promise.all([stdout.stop(), stderr.stop()]);
      return {
        ok: code === 0,
        code,
        stdout: stdout.text,
        stderr: isLate
          ? `${stderr.text}\nfatal: it did not end within ${limitMs / 1000} s`
          : stderr.text,
      };
    } finally {
      stop?.removeEventListener("abort", onStop);
      for (const timer of timers) clearTimeout(timer);
    }
  } catch (error) {
    return {
      ok: false,
      code: 127,
      stdout: "",
      stderr: error instanceof Error ? error.message : String(error),
    };
  }
}

/** iteratr's own environment, without what points at some repository. */
function environment(): Record<string, string> {
  const variables = Deno.env.toObject();
  for (const name of POINTERS) delete variables[name];
  return variables;
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

/** The top of the work tree that a directory is in, or `undefined` outside git. */
export async function workTree(directory: string): Promise<string | undefined> {
  const { ok, stdout } = await git(directory, ["rev-parse", "--show-toplevel"]);
  return ok ? stdout.replace(/\n$/, "") : undefined;
}

/** Why a directory is in no work tree, in words for a person. */
export async function whyNoWorkTree(directory: string): Promise<string> {
  if (!(await git(directory, ["--version"])).ok) return "git is not installed";
  const { stderr } = await git(directory, ["rev-parse", "--show-toplevel"]);
  const why = /^fatal: (.*)/m.exec(stderr)?.[1] ?? "";
  // A bare repository, and none at all; anything else, such as a doubtful owner, git tells itself.
  return why === "" || /not a git repository|work tree/.test(why) ? "no work tree of git" : why;
}

/** The directory in which git keeps what belongs to a work tree; `undefined` when git does not work. */
export async function gitDirectory(top: string): Promise<string | undefined> {
  const { ok, stdout } = await git(top, ["rev-parse", "--absolute-git-dir"]);
  return ok ? stdout.replace(/\n$/, "") : undefined;
}
