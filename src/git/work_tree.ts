import { git } from "./git.ts";

/**
 * The top of the work tree that a directory is in, or `undefined` outside git. A directory that git
 * ignores is outside: nothing in it could be committed.
 */
export async function workTree(directory: string): Promise<string | undefined> {
  const args = ["rev-parse", "--show-toplevel", "--show-prefix"];
  const { ok, stdout } = await git(directory, args, { searches: true });
  const [, top, prefix] = /^([^]*)\n([^]*)\n$/.exec(stdout) ?? [];
  if (!ok || top === undefined) return undefined;
  return prefix !== "" && await isIgnored(directory) ? undefined : top;
}

async function isIgnored(directory: string): Promise<boolean> {
  return (await git(directory, ["check-ignore", "--quiet", "."], { searches: true })).ok;
}

/** Why a directory is in no work tree, in words for a person. */
export async function whyNoWorkTree(directory: string): Promise<string> {
  if (!(await git(directory, ["--version"])).ok) return "git is not installed";
  const { ok, stderr } = await git(directory, ["rev-parse", "--show-toplevel"], {
    searches: true,
  });
  if (ok) return "git ignores this directory";
  const why = /^fatal: (.*)/m.exec(stderr)?.[1] ?? "";
  // A bare repository, and none at all; anything else, such as a doubtful owner, git tells itself.
  return why === "" || /not a git repository|work tree/.test(why) ? "no work tree of git" : why;
}

/** The directory in which git keeps what belongs to a work tree; `undefined` when git does not work. */
export async function gitDirectory(top: string): Promise<string | undefined> {
  const { ok, stdout } = await git(top, ["rev-parse", "--absolute-git-dir"]);
  return ok ? stdout.replace(/\n$/, "") : undefined;
}
