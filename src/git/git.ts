import { sendSignal } from "../platform/marked_processes.ts";

/** What a git command printed, and how it ended. */
export interface GitResult {
  readonly ok: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

/** Longer than any of these commands takes; what waits for a passphrase would wait for ever. */
const LIMIT_MS = 120_000;

/**
 * Runs git in a directory. It never takes locks that are not needed, never asks for anything, and
 * never opens a pager or an editor. After two minutes it is ended, with whatever it has started.
 *
 * @param options what it reads from standard input, and variables on top of iteratr's own.
 * @returns `ok: false` also when git is not installed.
 */
export async function git(
  directory: string,
  args: readonly string[],
  options: { readonly input?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<GitResult> {
  const { input, env } = options;
  try {
    const child = new Deno.Command("git", {
      args: ["--no-optional-locks", "-C", directory, ...args],
      stdin: input === undefined ? "null" : "piped",
      stdout: "piped",
      stderr: "piped",
      detached: true,
      env: {
        ...env,
        GIT_TERMINAL_PROMPT: "0",
        GIT_EDITOR: "true",
        GIT_PAGER: "cat",
        LC_ALL: "C",
      },
    }).spawn();
    const timer = setTimeout(() => sendSignal(-child.pid, "SIGKILL"), LIMIT_MS);
    try {
      const written = input === undefined ? undefined : write(child.stdin, input);
      const { success, stdout, stderr } = await child.output();
      await written;
      const decoder = new TextDecoder();
      return { ok: success, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
    } finally {
      clearTimeout(timer);
    }
  } catch (error) {
    return {
      ok: false,
      stdout: "",
      stderr: error instanceof Error ? error.message : String(error),
    };
  }
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
