import assert from "node:assert/strict";
import { wantsColour } from "../../src/render/style.ts";

Deno.test("colour is for terminals, unless a variable says otherwise", () => {
  const wants = (env: Readonly<Record<string, string>>, isTerminal: boolean): boolean =>
    wantsColour((name) => env[name], isTerminal);
  assert.equal(wants({}, true), true);
  assert.equal(wants({}, false), false);
  assert.equal(wants({ TERM: "dumb" }, true), false);
  assert.equal(wants({ NO_COLOR: "1" }, true), false);
  assert.equal(wants({ NO_COLOR: "" }, true), true);
  assert.equal(wants({ FORCE_COLOR: "1" }, false), true);
  assert.equal(wants({ FORCE_COLOR: "0" }, true), false);
  assert.equal(wants({ FORCE_COLOR: "1", NO_COLOR: "1" }, false), true);
});
