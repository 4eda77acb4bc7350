import { failure } from "./src/commands/exit.ts";
import { makeMask } from "./src/platform/mask.ts";
import { writeAllSync } from "./src/platform/write.ts";

/*
 * Two lanes. The agent runs `iteratr tool` dozens of times in an iteration, so that lane loads
 * next to nothing; everything else may take its time.
 */
async function main(args: readonly string[]): Promise<number> {
  const [command, ...rest] = args;
  if (command === "tool") {
    const { tool } = await import("./src/commands/tool/tool.ts");
    const { readStandardInput } = await import("./src/platform/standard_input.ts");
    await tool(rest, {
      cwd: Deno.cwd(),
      env: (name) => Deno.env.get(name),
      mask: makeMask(Deno.env.toObject()),
      readStdin: readStandardInput,
      stdout: (text) => writeAllSync(Deno.stdout, text),
      stderr: (text) => writeAllSync(Deno.stderr, text),
    });
    return 0;
  }
  // Deno loads the target of a literal import ahead of time, also when it is never reached; of a choice
  // between two it does not, and the bundler still sees them.
  const { cli }: typeof import("./src/commands/cli.ts") = await import(
    command === "" ? "./src/commands/cli.ts" : "./src/commands/cli.ts"
  );
  return await cli(args);
}

let code: number;
try {
  code = await main(Deno.args);
} catch (error) {
  const ended = failure(error);
  code = ended.code;
  try {
    writeAllSync(Deno.stderr, makeMask(Deno.env.toObject())(ended.text));
  } catch {
    // Nobody is left to read why: the exit code has to say it.
  }
}
Deno.exit(code);
