import assert from "node:assert/strict";
import { bareEnvironment } from "../support/environment.ts";
import { Place } from "../support/place.ts";

const MODULE = new URL("../../src/platform/same_output.ts", import.meta.url).href;
const PROGRAM = `import { isSameOutput } from ${
  JSON.stringify(MODULE)
}; Deno.exit(isSameOutput() ? 7 : 8);`;

Deno.test("stdout and stderr are the same output when they go to one file, else not", async () => {
  await using place = await Place.make();
  const code = async (redirection: string): Promise<number> => {
    const { code } = await new Deno.Command("sh", {
      args: ["-c", `"$0" eval "$1" ${redirection}`, Deno.execPath(), PROGRAM],
      cwd: place.path,
      clearEnv: true,
      env: bareEnvironment(),
    }).output();
    return code;
  };
  const codes = await Promise.all([
    code(">log 2>&1"),
    code(">out 2>err"),
    code(">both 2>>both"),
    code("2>err2"),
  ]);
  assert.deepEqual(codes, [7, 8, 7, 8]);
});
