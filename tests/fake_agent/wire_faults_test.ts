import assert from "node:assert/strict";
import { type Client, grantAll } from "./_client.ts";
import { Place } from "./_place.ts";
import { type Fields, fieldsOf } from "./json.ts";
import { SPLIT_TEXT } from "./scenarios/split.ts";
import { FOREIGN_TEXT } from "./scenarios/unknown_updates.ts";

/** One turn of a fake that works in spite of its fault. */
async function turn(client: Client, place: Place): Promise<void> {
  await client.open();
  const answer = await client.prompt();
  assert.equal(fieldsOf(answer["result"])["stopReason"], "end_turn", JSON.stringify(answer));
  assert.ok(place.calls().includes("tool task-status --id TAS-1 --status completed"));
}

Deno.test("noise puts rubbish of every kind between valid frames, and floods stderr", async () => {
  await using place = await Place.make();
  await using client = place.start("noise");
  await turn(client, place);
  const junk = new Set(client.junk.map((line) => line.trim()));
  for (const line of ["", "[]", "42", '"text"', "null", "{}", "x".repeat(2 ** 20)]) {
    assert.ok(junk.has(line), line.slice(0, 20));
  }
  assert.ok(client.stderr.length >= 5 * 2 ** 20);
});

Deno.test("noise ends some frames in CRLF, and makes only the kinds asked for", async () => {
  await using place = await Place.make();
  const child = place.spawn(["noise", "kinds=crlf"]);
  await using _disposed = { [Symbol.asyncDispose]: async () => void await child.status };
  const writer = child.stdin.getWriter();
  const stderr = child.stderr.cancel();
  for (const id of [1, 2]) {
    const frame = { jsonrpc: "2.0", id, method: "initialize", params: {} };
    await writer.write(new TextEncoder().encode(JSON.stringify(frame) + "\n"));
  }
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (text.split("\n").length < 3) text += (await reader.read()).value ?? "";
  await writer.close();
  await Promise.all([reader.cancel(), stderr]);
  assert.match(text, /^\{[^\r\n]*\}\n\{[^\r\n]*\}\r\n$/);
});

Deno.test("flood, big-frame and slow-tool send what they promise, and then work", async () => {
  await using place = await Place.make();
  const total = async (args: string): Promise<readonly [number, number]> => {
    await using client = place.start(args);
    await turn(client, place);
    const largest = Math.max(...client.frames.map((frame) => JSON.stringify(frame).length));
    return [client.frames.length, largest];
  };
  assert.ok((await total("flood"))[0] > 10_000);
  assert.ok((await total("big-frame"))[1] > 20 * 2 ** 20);
  assert.ok((await total("big-frame mib=1 as=tool"))[1] > 2 * 2 ** 20);
  const [frames, largest] = await total("slow-tool");
  assert.ok(frames > 500);
  assert.ok(largest > 500 * 96);
});

Deno.test("split frames come together again", async () => {
  await using place = await Place.make();
  await using client = place.start("split delay=5");
  await turn(client, place);
  assert.ok(client.said().startsWith(SPLIT_TEXT + SPLIT_TEXT));
  assert.deepEqual(client.junk, []);
});

Deno.test("unknown-updates are many, well-formed as frames, and partly not ours", async () => {
  await using place = await Place.make();
  await using client = place.start("unknown-updates");
  await turn(client, place);
  const kinds = new Set(client.updates().map((update) => update["sessionUpdate"]));
  for (const kind of ["mood_update", "plan", undefined, 7]) assert.ok(kinds.has(kind), `${kind}`);
  assert.ok(JSON.stringify(client.frames).includes(FOREIGN_TEXT));
  assert.ok(!client.said().includes(FOREIGN_TEXT));
});

Deno.test("requests asks in and outside of turns, and works when all is answered", async () => {
  await using place = await Place.make();
  await using client = place.start(`requests log=${place.path("log")}`);
  await turn(client, place);
  await client.until(() => asked(client).length === 13);
  const methods = asked(client).map((request) => request["method"]);
  assert.deepEqual([methods[0], methods.at(-1)], ["_foo/before", "_foo/after"]);
  assert.equal(asked(client)[0]?.["id"], 0);
  for (const method of ["_foo/bar", "fs/read_text_file", "fs/write_text_file"]) {
    assert.ok(methods.includes(method));
  }
  const prompt = place.log().map((entry) => fieldsOf(entry["frame"]))
    .find((frame) => frame["method"] === "session/prompt");
  const twin = asked(client).find((request) => request["method"] === "_foo/same_id");
  assert.equal(twin?.["id"], prompt?.["id"]);
  const offers = asked(client).filter((request) => request["method"] === PERMISSION);
  assert.equal(offers.length, 5);
});

Deno.test("requests fails the turn when an answer is missing or a permission refused", async () => {
  await using place = await Place.make();
  const silentOn = (method: string) => (request: Fields): Fields | undefined =>
    request["method"] === method ? undefined : grantAll(request);
  const rejecting = (request: Fields): Fields =>
    request["method"] === PERMISSION
      ? { result: { outcome: { outcome: "selected", optionId: "reject" } } }
      : grantAll(request);
  const cases = [
    [silentOn("_foo/bar"), "requests wait=200", /no answer to _foo\/bar within 200 ms/],
    [silentOn("_foo/before"), "requests wait=50", /no answer to _foo\/before/],
    [rejecting, "requests", /was not granted/],
    [rejecting, "string-ids", /was not granted/],
  ] as const;
  for (const [respond, args, message] of cases) {
    await using client = place.start(args, respond);
    await client.open();
    const error = fieldsOf((await client.prompt())["error"]);
    assert.equal(error["code"], -32603);
    assert.match(String(error["message"]), message);
  }
});

Deno.test("string-ids asks with ids that are strings, one of them a number in quotes", async () => {
  await using place = await Place.make();
  await using client = place.start("string-ids");
  await turn(client, place);
  const ids = asked(client).map((request) => request["id"]);
  assert.ok(ids.every((id) => typeof id === "string"));
  assert.match(String(ids[0]), /^\d+$/);
});

Deno.test("errors answers with the error it was given, as often as it was told", async () => {
  await using place = await Place.make();
  await using client = place.start("errors times=2 message=no errorName=UnknownError code=-32001");
  await client.open();
  const expected = {
    code: -32001,
    message: "no",
    data: { service: "session", errorName: "UnknownError" },
  };
  for (let n = 0; n < 2; n++) assert.deepEqual((await client.prompt())["error"], expected);
  assert.ok("result" in await client.prompt());
});

Deno.test("old-shapes, wrong-protocol and auth differ in the handshake", async () => {
  await using place = await Place.make();
  await using old = place.start("old-shapes model=fake/small");
  const { models, modes, configOptions } = await old.open();
  assert.equal(fieldsOf(models)["currentModelId"], "fake/small");
  assert.equal(fieldsOf(modes)["currentModeId"], "build");
  assert.equal(configOptions, undefined);
  const { sessionId } = old;
  const set = async (method: string, rest: Fields): Promise<Fields> =>
    await old.request(`session/${method}`, { sessionId, ...rest });
  assert.deepEqual((await set("set_model", { modelId: "fake/r1" }))["result"], {});
  assert.equal(fieldsOf((await set("set_model", { modelId: "x" }))["error"])["code"], -32602);
  assert.equal(fieldsOf((await set("set_config_option", {}))["error"])["code"], -32601);

  await using wrong = place.start("wrong-protocol");
  const answer = await wrong.request("initialize", { protocolVersion: 1 });
  assert.equal(fieldsOf(answer["result"])["protocolVersion"], 99);

  await using auth = place.start("auth");
  const refused = await auth.request("session/new", { cwd: place.work, mcpServers: [] });
  assert.deepEqual(refused["error"], { code: -32000, message: "Authentication required" });

  await using late = place.start("errors at=new from=2 message=no");
  assert.ok("sessionId" in await late.open());
  assert.ok(!("sessionId" in await late.open()));
});

const PERMISSION = "session/request_permission";

/** What the fake asked the client, in order. */
function asked(client: Client): readonly Fields[] {
  return client.frames.filter((frame) => "method" in frame && "id" in frame);
}
