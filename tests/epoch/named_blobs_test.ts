import assert from "node:assert/strict";
import { event, type EventData, type NewEvent } from "../../src/session/event.ts";
import { granted } from "../../src/session/ruling.ts";
import type { StoredText } from "../../src/session/stored_text.ts";
import { storeText } from "../../src/store/blob.ts";
import { checkSessions } from "../../src/store/check.ts";
import { resetSession } from "../../src/store/epoch.ts";
import { transact } from "../../src/store/transact.ts";
import { Place } from "../support/place.ts";
import { dump } from "../support/stored.ts";
import { blobs, exported, printedExport } from "./_logs.ts";

/** The types of events that hold a text which may be too long for them. */
type Holder = {
  [T in keyof EventData]: StoredText extends EventData[T][keyof EventData[T]] ? T : never;
}[keyof EventData];

const COMMAND = { command: "x", end: "exited", exit: 0, ms: 1, bytes: 1, sha256: "", tail: "" };

/** An event of each of them, so that none can come without being tried here. */
const HOLDING: { readonly [T in Holder]: (text: StoredText) => NewEvent } = {
  "spec.recorded": (text) => event("spec.recorded", { path: "/s.md", text, changed: false }),
  "work.baseline": (files) => event("work.baseline", { files, count: 1 }),
  "agent.tool": (output) =>
    event("agent.tool", {
      ...{ call: "c", tool: "bash", kind: "execute", argument: "x", outcome: "ok", exit: 0 },
      ...{ ms: 1, lines: null, tail: "", output, subagent: false, steps: 0 },
    }),
  "hook.ended": (output) =>
    event("hook.ended", { ...COMMAND, end: "exited", output, hook: "pre_iteration", held: false }),
  "gate.ended": (output) =>
    event("gate.ended", {
      ...{ ...COMMAND, end: "exited", output },
      ...{ for: "judgement", name: "x", passed: true, changed: [] },
    }),
};

for (const [type, make] of Object.entries(HOLDING)) {
  Deno.test(`the long text of ${type} is exported, archived, and missed when it is lost`, async () => {
    await using place = await Place.make();
    await using store = await place.open();
    const long = "0123456789".repeat(4_000);
    const { text, blobs: parts } = await storeText(long);
    const outcome = await transact(store, {
      ...{ session: "s", actor: "run", create: { spec: null }, tasks: false, blobs: parts },
      decide: () => granted(make(text)),
    });
    assert.equal(outcome.kind, "committed");
    assert.deepEqual([...blobs(await exported(store)).values()], [long]);
    const first = (await dump(store)).find(({ key }) => key[0] === "blob");
    assert.ok(first !== undefined);
    await store.kv.delete(first.key);
    const [{ problem } = { problem: undefined }] = await Array.fromAsync(checkSessions(store));
    assert.match(problem ?? "", /names blob [0-9a-f]+, of which a part is missing/);
    await store.kv.set(first.key, first.value);
    await resetSession(store, "s");
    assert.deepEqual([...blobs(await printedExport(place, "1")).values()], [long]);
  });
}
