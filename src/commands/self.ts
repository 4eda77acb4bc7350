import { joinPath } from "../platform/paths.ts";
import { shellQuote } from "../platform/words.ts";

/** The command that starts exactly the program that is running now, without arguments. */
export function selfCommand(): readonly string[] {
  const program = Deno.execPath();
  if (Deno.build.standalone) return [program];
  const main = decodeURIComponent(new URL(Deno.mainModule).pathname);
  // A checkout needs its deno.json for the names of its libraries; a bundle needs nothing around it.
  const config = main.endsWith(".ts") ? [] : ["--no-config"];
  return [program, "run", "-A", "--quiet", "--unstable-kv", ...config, main];
}

/**
 * Writes an `iteratr` into a directory for the agent's PATH: a script that starts the running program.
 *
 * @returns the script's path.
 */
export async function writeSelf(directory: string): Promise<string> {
  const path = joinPath(directory, "iteratr");
  const command = selfCommand().map(shellQuote).join(" ");
  await Deno.writeTextFile(path, `#!/bin/sh\nexec ${command} "$@"\n`, { mode: 0o755 });
  return path;
}
