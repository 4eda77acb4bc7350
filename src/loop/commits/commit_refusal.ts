import { printable, withoutMiddle } from "../../platform/text.ts";
import { indented } from "../../prompt/indented.ts";

/** So much of what a hook says goes into a prompt: the beginning and the end, each half of it. */
const MAX_CHARS = 8_000;

/**
 * What the agent is told of a commit that was refused: the words of git's hooks. Of what else stood in
 * the way it is told nothing, because a merge, a lock, a missing name or key is the person's business.
 */
export function hookOutput(
  { output, byHook }: { readonly output: string; readonly byHook: boolean },
): string | undefined {
  if (!byHook) return undefined;
  const text = printable(output).trim();
  return text === "" ? "a hook of git failed without a word" : withoutMiddle(text, MAX_CHARS);
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
