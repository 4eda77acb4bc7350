import assert from "node:assert/strict";
import { isLocked, StoreError, storeError, type StoreFault } from "../../src/store/errors.ts";

Deno.test("storeError tells faults apart by SQLite's words and names the file", () => {
  const words: readonly (readonly [string, StoreFault])[] = [
    ["database is locked", "busy"],
    ["database disk image is malformed", "damaged"],
    ["file is not a database", "not-a-store"],
    ["database or disk is full", "full"],
    ["disk I/O error", "full"],
    ["attempt to write a readonly database", "read-only"],
    ["Can not write to a read-only database.", "read-only"],
    ["unable to open database file: /x", "read-only"],
    ["something else", "unknown"],
  ];
  for (const [text, fault] of words) {
    const thrown = new TypeError(text);
    const error = storeError(thrown, "/data/iteratr.db");
    assert.equal(error.fault, fault, text);
    assert.equal(error.cause, thrown);
    assert.match(error.message, /^the store \/data\/iteratr\.db cannot be used: [^\n]+$/);
  }
});

Deno.test("storeError leaves a StoreError as it is, and takes whatever else is thrown", () => {
  const error = new StoreError("newer", "too new");
  assert.equal(storeError(error, "f"), error);
  assert.equal(storeError("odd", "f").message, "the store f cannot be used: odd");
});

Deno.test("isLocked is true of SQLite's own error only", () => {
  assert.ok(isLocked(new TypeError("database is locked")));
  assert.ok(isLocked(new Error("database is locked: (5)")));
  assert.ok(!isLocked("database is locked"));
  assert.ok(!isLocked(new Error("locked out")));
});
