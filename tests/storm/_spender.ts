/*
 * deno run -A _spender.ts
 *
 * An ACP agent that spends a cent every tenth of a second, says so, and never ends a turn.
 */
const encoder = new TextEncoder();
let cents = 0;

const send = (frame: Readonly<Record<string, unknown>>): void =>
  void Deno.stdout.writeSync(encoder.encode(`${JSON.stringify({ jsonrpc: "2.0", ...frame })}\n`));

function spend(): void {
  const cost = { amount: ++cents / 100, currency: "USD" };
  const update = { sessionUpdate: "usage_update", used: cents, size: 1000, cost };
  send({ method: "session/update", params: { sessionId: "ses_1", update } });
}

function answer(id: unknown, method: unknown): void {
  switch (method) {
    case "initialize":
      return send({ id, result: { protocolVersion: 1, agentCapabilities: {} } });
    case "session/new":
      return send({ id, result: { sessionId: "ses_1" } });
    case "session/prompt":
      setInterval(spend, 100);
  }
}

let rest = "";
for await (const text of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
  const lines = (rest + text).split("\n");
  rest = lines.pop() ?? "";
  for (const line of lines) {
    const { id, method }: { id?: unknown; method?: unknown } = JSON.parse(line);
    answer(id, method);
  }
}
Deno.exit(0);
