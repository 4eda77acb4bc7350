import { printable, withoutMiddle } from "../platform/text.ts";
import { indented } from "../prompt/indented.ts";

/** So much of what a hook says goes into a prompt: the beginning and the end, each half of it. */
const MAX_CHARS = 8_000;

/** What git says when it does not know who commits: nothing that an agent should settle. */
const IDENTITY = /^fatal: .*(ident|email|e-mail|\bname\b)/m;

/**
 * What the agent is told of a commit that was refused: the words of git's hooks. Of what else stood in
 * the way it is told nothing, because a merge, a lock or a missing name is the person's business.
 */
export function hookOutput({ output }: { readonly output: string }): string | undefined {
  const text = printable(output).trim();
  if (text === "" || IDENTITY.test(text)) return undefined;
  return withoutMiddle(text, MAX_CHARS);
}

/** The section of the next prompt; empty when there is nothing to say. */
export function refusalSection(output: string | undefined): string {
  if (output === undefined) return "";
  return [
    "# The last commit was refused",
    "The work of the last iteration is in the files, but git's hooks refused its commit. Put right " +
    "what they complain about; it is committed after this iteration. They said:",
    indented(output),
  ].join("\n\n");
}
