import assert from "node:assert/strict";

/** A record of a log file, by the names of its fields. */
export type Record = Readonly<{ [name: string]: string }>;

/**
 * Reads a log file, each line of which must be a record: `key=value`, a value with blanks, quotes or control
 * characters being written as JSON. Written anew, so that what wrote it is not believed.
 */
export function readLog(text: string): readonly Record[] {
  assert.ok(text === "" || text.endsWith("\n"), "the last line is not whole");
  return text.split("\n").slice(0, -1).map((line) => {
    const fields: [string, string][] = [];
    let rest = line;
    while (rest !== "") {
      const [all = "", key = "", value = ""] =
        /^([\w.]+)=("(?:[^"\\]|\\.)*"|[^\s"=]+)(?: |$)/.exec(rest) ?? [];
      assert.notEqual(all, "", `no field at ${JSON.stringify(rest)} in ${JSON.stringify(line)}`);
      fields.push([key, value.startsWith('"') ? String(JSON.parse(value)) : value]);
      rest = rest.slice(all.length);
    }
    const names = fields.map(([key]) => key);
    assert.deepEqual(names.slice(0, 4), ["time", "level", "module", "message"], line);
    assert.deepEqual(names, [...new Set(names)], line);
    return Object.fromEntries(fields);
  });
}
