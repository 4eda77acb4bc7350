import assert from "node:assert/strict";
import { posix } from "node:path";
import fc from "fast-check";
import {
  baseName,
  exists,
  joinPath,
  parentPath,
  relativeTo,
  stem,
} from "../../src/platform/paths.ts";
import { Place } from "../support/place.ts";

const step = fc.oneof(
  fc.constantFrom("a", "b.c", "..", ".", "", "/", "a/b", "../..", "a//b/", "/x"),
  fc.string({ unit: fc.constantFrom("a", ".", "/"), maxLength: 6 }),
);
const steps = fc.array(step, { maxLength: 6 });
const path = fc.tuple(fc.boolean(), steps).map(([absolute, parts]) =>
  joinPath(...(absolute ? ["/"] : []), ...parts)
);

Deno.test("joinPath from an absolute path is what node:path resolves", () => {
  fc.assert(
    fc.property(steps, (parts) => {
      assert.equal(joinPath("/base", ...parts), posix.resolve("/base", ...parts));
    }),
    { numRuns: 1000 },
  );
});

Deno.test("joinPath of relative parts is what node:path joins", () => {
  fc.assert(
    fc.property(steps, (parts) => {
      const relative = parts.map((part) => part.replace(/^\/+/, ""));
      const joined = posix.join(...relative);
      assert.equal(joinPath(...relative), joined === "./" ? "." : joined.replace(/(.)\/$/, "$1"));
    }),
    { numRuns: 1000 },
  );
});

Deno.test("parentPath, baseName and stem agree with node:path on normalized paths", () => {
  fc.assert(
    fc.property(path, (text) => {
      assert.equal(parentPath(text), posix.dirname(text));
      assert.equal(baseName(text), posix.basename(text));
      if (!text.endsWith("..")) assert.equal(stem(text), posix.parse(text).name);
    }),
    { numRuns: 1000 },
  );
});

Deno.test("stem takes the last extension away, and no leading dot", () => {
  const names = ["specs/feature.md", "a.tar.gz", ".hidden", "README", "x."];
  assert.deepEqual(names.map(stem), ["feature", "a.tar", ".hidden", "README", "x"]);
});

Deno.test("relativeTo shortens what is below the directory, and nothing else", () => {
  assert.equal(relativeTo("/a/b", "/a/b/c/d"), "c/d");
  assert.equal(relativeTo("/", "/a"), "a");
  for (const other of ["/a/b", "/a/bc", "/a", "c"]) assert.equal(relativeTo("/a/b", other), other);
});

Deno.test("exists tells of whatever is there, also of a link that leads nowhere", async () => {
  await using place = await Place.make();
  Deno.symlinkSync("nowhere", place.join("link"));
  assert.deepEqual(
    ["", "link", "nowhere", "link/x", ".git/x"].map((name) => exists(place.join(name))),
    [true, true, false, false, false],
  );
});
