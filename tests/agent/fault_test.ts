import assert from "node:assert/strict";
import fc from "fast-check";
import { adviceFor } from "../../src/agent/advice.ts";
import { type Fault, type FaultFacts, faultOf } from "../../src/agent/fault.ts";
import type { ProviderError } from "../../src/agent/monitor.ts";

const NOW = Date.parse("2026-11-20T12:00:00Z");
const HOUR = 3_600_000;

function facts(known: Partial<FaultFacts>): FaultFacts {
  return { rpc: undefined, provider: undefined, waiting: undefined, ...known };
}

/** What a provider has answered, as opencode tells it. */
function provider(status: number | undefined, known: Partial<ProviderError> = {}): ProviderError {
  return { name: "APIError", message: "so it says", status, headers: {}, body: "", ...known };
}

function rpc(message: string, data: unknown = undefined, code = -32603): FaultFacts["rpc"] {
  return { code, message, data };
}

function fault(known: Partial<FaultFacts>): Fault {
  return faultOf(facts(known), NOW, adviceFor(["opencode", "acp"]));
}

/** How far ahead a quota's end is; `undefined` when the fault is none. */
function quota(known: Partial<FaultFacts>): number | undefined {
  const found = fault(known);
  return found.kind === "quota" ? found.until - NOW : undefined;
}

const RESETS_AT = JSON.stringify({
  error: { type: "usage_limit_reached", message: "x", ["resets_at"]: NOW / 1_000 + 3_600 },
});

Deno.test("a login that is refused or missing is for a person, who is told how to log in", () => {
  for (
    const known of [
      { provider: provider(401) },
      { provider: provider(403) },
      { rpc: rpc("Authentication required", undefined, -32000) },
      { rpc: rpc("Internal error: no", { statusCode: 401 }) },
      { provider: provider(undefined, { name: "ProviderAuthError" }) },
      { provider: provider(400, { body: '{"error":{"code":"invalid_api_key"}}' }) },
    ]
  ) {
    const found = fault(known);
    assert.equal(found.kind, "person", JSON.stringify(known));
    assert.ok(found.kind === "person" && found.hints.includes("Log in: opencode auth login"));
  }
  assert.equal(
    fault({
      rpc: rpc("Internal error: Incorrect API key provided", { errorName: "APIError" }),
      provider: provider(401, { message: "Incorrect API key provided" }),
    }).message,
    "the provider refuses the login: Incorrect API key provided (HTTP 401)",
  );
});

Deno.test("nobody is told to use the commands of another agent", () => {
  const advice = adviceFor(["claude-code-acp"]);
  for (const status of [401, 403, 404]) {
    const message = "The model `m1` does not exist";
    const found = faultOf(facts({ provider: provider(status, { message }) }), NOW, advice);
    assert.ok(found.kind === "person" && found.hints.length > 0);
    assert.doesNotMatch(found.hints.join("\n"), /opencode/);
  }
});

Deno.test("a provider that wants money is for a person, even when it names a time", () => {
  const found = fault({ provider: provider(402, { headers: { "retry-after": "30" } }) });
  assert.equal(found.kind, "person");
  assert.equal(found.message, "the provider reports a billing problem: so it says (HTTP 402)");
});

Deno.test("a model that the provider does not know is for a person, another 404 is not", () => {
  const message = "The model `m1` does not exist";
  const body = '{"error":{"code":"model_not_found"}}';
  const anthropic = '{"type":"error","error":{"type":"not_found_error","message":"model: m1"}}';
  for (
    const known of [
      { provider: provider(404, { message }) },
      { provider: provider(404, { body }) },
      { provider: provider(404, { body: anthropic }) },
      { provider: provider(400, { body }) },
      { provider: provider(undefined, { name: "ProviderModelNotFoundError" }) },
      { rpc: rpc(`Internal error: ${message}`, { status: 404 }) },
    ]
  ) {
    const found = fault(known);
    assert.equal(found.kind, "person", JSON.stringify(known));
    assert.match(found.message, /^the provider does not know the model: /);
    assert.ok(found.kind === "person" && found.hints.some((hint) => hint.includes("--model")));
  }
  assert.equal(
    fault({ provider: provider(404, { body: "<h1>Not Found</h1>" }) }).kind,
    "transient",
  );
  assert.equal(fault({ provider: provider(500, { message }) }).kind, "transient");
});

Deno.test("429 is a quota when a time is known, and transient when none is", () => {
  assert.equal(quota({ provider: provider(429, { headers: { "retry-after": "3600" } }) }), HOUR);
  assert.equal(quota({ provider: provider(429, { body: RESETS_AT }) }), HOUR);
  assert.equal(quota({ rpc: rpc("Slow down", { code: 429, retryAfter: 3_600 }) }), HOUR);
  assert.equal(
    quota({ rpc: rpc("Usage limit", { errorKind: "rate_limit", retryAfter: 1 }) }),
    1_000,
  );
  assert.deepEqual(fault({ provider: provider(429, { headers: { "retry-after": "soon" } }) }), {
    kind: "transient",
    message: "so it says (HTTP 429)",
  });
  assert.equal(quota({ provider: provider(429, { body: "{ broken" }) }), undefined);
});

Deno.test("sources of the time are trusted in order: data, announcement, headers, body, words", () => {
  const said = { message: "Rate limit reached, try again in 5s" };
  const body = '{"error":{"resets_in_seconds":4}}';
  const headers = { "retry-after": "3" };
  const waiting = { until: NOW + 2_000, message: "Rate limit reached" };
  const told = rpc("Internal error: x", { retryAfter: 1 });
  assert.equal(quota({ provider: provider(429, said) }), 5_000);
  assert.equal(quota({ provider: provider(429, { ...said, body }) }), 4_000);
  assert.equal(quota({ provider: provider(429, { ...said, body, headers }) }), 3_000);
  const all = provider(429, { ...said, body, headers });
  assert.equal(quota({ provider: all, waiting }), 2_000);
  assert.equal(quota({ provider: all, waiting, rpc: told }), 1_000);
  // The last announcement has passed when the last of the agent's own attempts has failed.
  const passed = { until: NOW, message: "Rate limit reached" };
  assert.equal(quota({ provider: all, waiting: passed }), 3_000);
});

Deno.test("what was thrown in an agent is read where its library puts it, below a bare message", () => {
  const limit = "Rate limit reached for a/b. Please try again in 4 seconds.";
  for (
    const data of [
      { details: limit },
      { message: limit },
      { error: limit },
      { error: { message: limit } },
      { error: { details: { message: limit } } },
      { details: JSON.stringify({ error: { message: limit } }) },
      JSON.stringify({ details: limit }),
      limit,
    ]
  ) {
    assert.deepEqual(fault({ rpc: rpc("Internal error", data) }), {
      kind: "quota",
      until: NOW + 4_000,
      message: limit,
    }, JSON.stringify(data));
  }
  const said = (message: string, data: unknown): string =>
    fault({ rpc: rpc(message, data) }).message;
  const details = "connect ECONNREFUSED\n10.0.0.1:443";
  for (
    const bare of ["Internal error", "internal error.", "Internal error: ", "", "Server error"]
  ) {
    assert.equal(said(bare, { details }), "connect ECONNREFUSED 10.0.0.1:443", bare);
  }
  // A message that says something is told; a time is looked for in both.
  assert.equal(said("Internal error: broken pipe", { details }), "broken pipe");
  assert.equal(quota({ rpc: rpc("It did not work", { details: limit }) }), 4_000);
  assert.equal(said("Internal error", { details: 7, message: null, error: [] }), "Internal error");
});

Deno.test("an HTTP status is read from an answer's code, and from digits in a text", () => {
  assert.equal(fault({ rpc: rpc("Invalid API key", undefined, 401) }).kind, "person");
  assert.equal(quota({ rpc: rpc("Please wait.", { ["retry_after"]: 5 }, 429) }), 5_000);
  assert.equal(
    quota({ rpc: rpc("Internal error", { status: "429", ["retry_after"]: 60 }) }),
    60_000,
  );
  // What the provider has answered is the better source, and a code of the protocol is no status.
  assert.equal(fault({ rpc: rpc("x", { status: 500 }, 401) }).kind, "transient");
  for (const code of [-32603, 399, 600, 429.5 * 1e9]) {
    assert.equal(fault({ rpc: rpc("x", { ["retry_after"]: 5 }, code) }).kind, "transient");
  }
  assert.equal(fault({ rpc: rpc("x", { status: "4290", code: "429a" }) }).kind, "transient");
});

Deno.test("a time in the past means now, and one that is absurd means nothing", () => {
  const at = (value: number): FaultFacts["provider"] =>
    provider(429, { body: JSON.stringify({ error: { resetsAt: value } }) });
  assert.equal(quota({ provider: at(NOW - HOUR) }), 0);
  assert.equal(quota({ provider: at(NOW + 400 * 24 * HOUR) }), undefined);
  assert.equal(fault({ rpc: rpc("x", { status: 429, retryAfter: 1e12 }) }).kind, "transient");
});

Deno.test("other statuses are a quota only when a field for programs names a limit of usage", () => {
  const headers = { "retry-after": "3600" };
  for (const status of [402, 403, 503, 529]) {
    assert.equal(quota({ provider: provider(status, { headers, body: RESETS_AT }) }), HOUR);
    const words = provider(status, { message: "usage limit reached, try again in 1h" });
    assert.equal(quota({ provider: words }), undefined, String(status));
  }
  for (const status of [400, 401, 500, 502]) {
    assert.equal(quota({ provider: provider(status, { headers, body: RESETS_AT }) }), undefined);
  }
  for (const status of [402, 403]) {
    assert.equal(fault({ provider: provider(status, { headers }) }).kind, "person");
  }
});

Deno.test("a provider that is overloaded is waited for when it says how long", () => {
  for (const status of [503, 529]) {
    const told = (data: object): number | undefined =>
      quota({ rpc: rpc("Overloaded", { status, ...data }) });
    const answered = (known: Partial<ProviderError>): number | undefined =>
      quota({ provider: provider(status, known) });
    assert.equal(answered({ headers: { "retry-after": "3600" } }), HOUR);
    assert.equal(answered({ headers: { "retry-after-ms": "20000" } }), 20_000);
    assert.equal(answered({ body: '{"error":{"details":[{"retryDelay":"34s"}]}}' }), 34_000);
    assert.equal(told({ retryAfter: 30 }), 30_000);
    assert.equal(told({ headers: { "Retry-After": "30" } }), 30_000);
    assert.equal(told({ responseBody: '{"error":{"retry_after":30}}' }), 30_000);
    // A moment is what an attempt waits for anyway.
    assert.equal(answered({ headers: { "retry-after": "2" } }), undefined);
    // The reset of a limit says nothing of when an overload ends, and neither do words.
    assert.equal(answered({ headers: { "x-ratelimit-reset": "60" } }), undefined);
    assert.equal(told({ resetsAt: NOW + HOUR }), undefined);
    assert.equal(told({ retryAfter: 400 * 24 * 3_600 }), undefined);
    assert.equal(answered({ message: "Overloaded, retry after 1 hour" }), undefined);
    assert.equal(fault({ provider: provider(status) }).kind, "transient");
  }
  assert.equal(quota({ rpc: rpc("Broken", { status: 500, retryAfter: 30 }) }), undefined);
});

Deno.test("a provider's answer is read where an agent hands it on as a text or with its headers", () => {
  const body = JSON.stringify({
    error: { type: "usage_limit_reached", ["resets_in_seconds"]: 2 },
  });
  const inner = { statusCode: 429, headers: { "x-ratelimit-reset-tokens": "2s" } };
  for (
    const data of [
      { statusCode: 429, responseBody: body },
      { statusCode: 429, ["response_body"]: body },
      { statusCode: 429, body },
      { response: { status: 429, body } },
      { responseBody: body },
      body,
      ` ${JSON.stringify({ statusCode: 429, responseBody: body })}`,
      { error: { message: body } },
      { details: { cause: inner } },
      { details: JSON.stringify({ cause: inner }) },
      { status: 429, headers: { "anthropic-ratelimit-requests-reset": "2026-11-20T12:00:02Z" } },
      {
        status: 429,
        responseHeaders: { "Anthropic-Ratelimit-Unified-Reset": String(NOW / 1_000 + 2) },
      },
      { status: 429, responseHeaders: { "anthropic-ratelimit-unified-reset": NOW / 1_000 + 2 } },
      { status: 429, headers: { "x-ratelimit-reset-tokens": ["2s"] } },
    ]
  ) {
    assert.equal(quota({ rpc: rpc("Internal error", data) }), 2_000, JSON.stringify(data));
  }
  // What was asked is no answer, and a text that is not JSON throughout is none either.
  for (
    const data of [
      { requestBodyValues: { message: body } },
      { request: { body } },
      { responseBody: `it said ${body}` },
      { note: body },
      `it said ${body}`,
    ]
  ) {
    assert.equal(fault({ rpc: rpc("Internal error", data) }).kind, "transient");
  }
});

Deno.test("a quota that only money brings back is for a person, unless a time is known", () => {
  const body = (type: string): string => JSON.stringify({ error: { type, message: "x" } });
  for (
    const code of [
      "insufficient_quota",
      "billing_hard_limit_reached",
      "exceeded_current_quota_error",
    ]
  ) {
    for (
      const known of [
        { provider: provider(429, { body: body(code) }) },
        { rpc: rpc("No", { statusCode: 429, responseBody: body(code) }) },
        { rpc: rpc("No", { code }) },
      ]
    ) {
      const found = fault(known);
      assert.equal(found.kind, "person", JSON.stringify(known));
      assert.match(found.message, /^the provider reports a billing problem: /);
    }
    const headers = { "retry-after": "3600" };
    assert.equal(quota({ provider: provider(429, { headers, body: body(code) }) }), HOUR);
    assert.equal(fault({ provider: provider(500, { body: body(code) }) }).kind, "transient");
  }
  // Words are no code.
  assert.equal(fault({ rpc: rpc("insufficient_quota", { status: 429 }) }).kind, "transient");
});

Deno.test("an agent that was left while it waited is a quota when the provider has set the time", () => {
  const left = (ms: number, message: string): number | undefined =>
    quota({ waiting: { until: NOW + ms, message } });
  assert.equal(left(HOUR, "Rate limit reached"), HOUR);
  assert.equal(left(5_000, "Rate limit reached"), 5_000);
  assert.equal(left(HOUR, "overloaded"), HOUR);
  assert.equal(left(5_000, "overloaded"), undefined);
  assert.equal(left(-1, "Rate limit reached"), undefined);
  assert.equal(left(-1, "5 hour usage limit reached. It will reset in 2 hours."), 2 * HOUR);
  assert.equal(left(400 * 24 * HOUR, "Rate limit reached"), undefined);
  // The agent's own back-off from something else, of which the status is known.
  const waiting = { until: NOW + HOUR, message: "fake 500" };
  assert.equal(quota({ waiting, provider: provider(500) }), undefined);
});

Deno.test("an error in the midst of an answer is read out of its message", () => {
  const message = JSON.stringify({
    message: "Rate limit reached in stream",
    type: "rate_limit_error",
    ["retry_after"]: 60,
  });
  const provided = provider(undefined, { name: "UnknownError", message });
  for (const known of [{ provider: provided }, { rpc: rpc(`Internal error: ${message}`) }]) {
    assert.deepEqual(fault(known), {
      kind: "quota",
      until: NOW + 60_000,
      message: "Rate limit reached in stream",
    });
  }
});

Deno.test("everything else is transient, with the provider's words on one line", () => {
  const said = (known: Partial<FaultFacts>): string => {
    const found = fault(known);
    assert.equal(found.kind, "transient");
    return found.message;
  };
  assert.equal(said({ rpc: rpc("Internal error: fake\n\n  500") }), "fake 500");
  assert.equal(said({ rpc: rpc("Internal error: Internal error: twice") }), "twice");
  assert.equal(
    said({ provider: provider(502, { message: "Bad Gateway" }) }),
    "Bad Gateway (HTTP 502)",
  );
  assert.equal(said({ provider: provider(500, { message: "fake 500" }) }), "fake 500");
  assert.equal(said({ provider: provider(500, { message: "" }) }), "APIError (HTTP 500)");
  assert.equal(said({ rpc: rpc(" ", { errorName: "UnknownError" }) }), "UnknownError");
  assert.equal(said({ rpc: rpc("\u001b[31mred\u001b[0m\u0007") }), "red");
  assert.equal(said({}), "the turn failed without a word");
  assert.ok(said({ rpc: rpc("é𝄞".repeat(100_000)) }).length <= 500);
});

Deno.test("whatever an agent answers is sorted, with one line that is not endless", () => {
  const text = fc.oneof(fc.string(), fc.json(), fc.constantFrom("usage limit", "model not found"));
  const status = fc.constantFrom(undefined, 401, 402, 403, 404, 429, 500, 503, NaN);
  const key = fc.constantFrom(
    "retry_after",
    "resets_at",
    "statusCode",
    "type",
    "code",
    "error",
    "details",
    "body",
  );
  const data = fc.oneof(
    fc.anything(),
    fc.jsonValue(),
    fc.dictionary(key, fc.oneof(fc.jsonValue(), fc.double(), fc.json())),
    fc.json(),
  );
  const anyRpc = fc.record({ code: fc.constantFrom(-32603, -32000, 429), message: text, data });
  const anyProvider = fc.record({
    name: text,
    message: text,
    status,
    headers: fc.dictionary(fc.constantFrom("retry-after", "x-ratelimit-reset", "a"), text),
    body: fc.oneof(
      text,
      data.map((value) => {
        try {
          return JSON.stringify(value) ?? "";
        } catch {
          return "";
        }
      }),
    ),
  });
  const anyWaiting = fc.record({ until: fc.double(), message: text });
  const anyFacts = fc.record({
    rpc: fc.option(anyRpc, { nil: undefined }),
    provider: fc.option(anyProvider, { nil: undefined }),
    waiting: fc.option(anyWaiting, { nil: undefined }),
  });
  fc.assert(
    fc.property(anyFacts, (known) => {
      const found = faultOf(known, NOW, adviceFor(["opencode"]));
      assert.ok(found.message.length > 0 && found.message.length < 1_000);
      assert.doesNotMatch(found.message, /[\n\r]/);
      if (found.kind === "quota") {
        assert.ok(found.until >= NOW && found.until <= NOW + 367 * 24 * HOUR);
      }
    }),
    { numRuns: 2_000 },
  );
});
