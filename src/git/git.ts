/** What a git command printed, and how it ended. */
export interface GitResult {
  readonly ok: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs git in a directory. It never takes locks that are not needed, never asks for anything, and
 * never opens a pager or an editor.
 *
 * @returns `ok: false` also when git is not installed.
 */
export async function git(directory: string, args: readonly string[]): Promise<GitResult> {
  try {
    const { success, stdout, stderr } = await new Deno.Command("git", {
      args: ["--no-optional-locks", "-C", directory, ...args],
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
      env: { GIT_TERMINAL_PROMPT: "0", GIT_EDITOR: "true", GIT_PAGER: "cat", LC_ALL: "C" },
    }).output();
    const decoder = new TextDecoder();
    return { ok: success, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
  } catch (error) {
    return {
      ok: false,
      stdout: "",
      stderr: error instanceof Error ? error.message : String(error),
    };
  }
}

/** The top of the work tree that a directory is in, or `undefined` outside git. */
export async function workTree(directory: string): Promise<string | undefined> {
  const { ok, stdout } = await git(directory, ["rev-parse", "--show-toplevel"]);
  return ok ? stdout.replace(/\n$/, "") : undefined;
}
