/*
 * deno run -A _ledger_agent.ts PLAN LEDGER
 *
 * An ACP agent that spends money and writes down itself how much: PLAN is a file with a JSON array, of
 * which each turn takes the first entry away: `{"cents": [3, 4], "then": "idle" | "crash" | "quota"}`.
 * What it spends it adds to the file LEDGER, in cents, before it tells.
 */
interface Part {
  readonly cents: readonly number[];
  readonly then: "idle" | "crash" | "quota";
}

const [plan = "", ledger = ""] = Deno.args;
const encoder = new TextEncoder();

function send(frame: Readonly<Record<string, unknown>>): void {
  const bytes = encoder.encode(`${JSON.stringify({ jsonrpc: "2.0", ...frame })}\n`);
  for (let sent = 0; sent < bytes.length;) sent += Deno.stdout.writeSync(bytes.subarray(sent));
}

function takeTurn(id: unknown): void {
  const [part, ...rest]: readonly Part[] = JSON.parse(Deno.readTextFileSync(plan));
  Deno.writeTextFileSync(plan, JSON.stringify(rest));
  let spent = 0;
  for (const cents of part?.cents ?? []) {
    spent += cents;
    Deno.writeTextFileSync(ledger, `${cents}\n`, { append: true });
    const cost = { amount: spent / 100, currency: "USD" };
    const update = { sessionUpdate: "usage_update", used: 1, size: 1000, cost };
    send({ method: "session/update", params: { sessionId: "ses_1", update } });
  }
  if (part?.then === "crash") Deno.exit(3);
  const data = { ...{ status: 429 }, ["retry_after"]: 3600 };
  if (part?.then === "quota") send({ id, error: { code: -32603, message: "used up", data } });
}

let rest = "";
for await (const text of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
  const lines = (rest + text).split("\n");
  rest = lines.pop() ?? "";
  for (const line of lines) {
    const { id, method }: { id?: unknown; method?: unknown } = JSON.parse(line);
    if (method === "initialize") send({ id, result: { protocolVersion: 1 } });
    if (method === "session/new") send({ id, result: { sessionId: "ses_1" } });
    if (method === "session/prompt") takeTurn(id);
  }
}
Deno.exit(0);
