import assert from "node:assert/strict";
import { hookLines } from "../../src/render/command_lines.ts";
import { PLAIN } from "../../src/render/style.ts";

Deno.test("the commands of hooks begin in the same column, also when they are cut", () => {
  const columns = ["true", `echo ${"long ".repeat(50)}`].map((command) => {
    const facts = { end: "exited", exit: 0, ms: 20, bytes: 0, sha256: "", tail: "" } as const;
    const [line = ""] = hookLines(
      { hook: "session_start", held: false, command, output: "", ...facts },
      { width: 92, style: PLAIN },
    );
    assert.ok(line.length <= 92, line);
    return line.indexOf(command.slice(0, 4));
  });
  assert.equal(columns[0], columns[1]);
});
