/*
 * deno run -A _planned_agent.ts PLAN LOG
 *
 * An ACP agent that does what a file says (`_planned.ts`), across all its processes: each turn takes the
 * first one away that is planned, but for the last, which stays. It keeps the log that the usual fake keeps.
 */
import { Journal } from "../fake_agent/journal.ts";
import type { Plan } from "./_planned.ts";

const [path = "", log = ""] = Deno.args;
const journal = new Journal(log);
const encoder = new TextEncoder();

function send(frame: Readonly<Record<string, unknown>>): void {
  const bytes = encoder.encode(`${JSON.stringify({ jsonrpc: "2.0", ...frame })}\n`);
  for (let sent = 0; sent < bytes.length;) sent += Deno.stdout.writeSync(bytes.subarray(sent));
}

function readPlan(): Plan {
  return JSON.parse(Deno.readTextFileSync(path));
}

/** Answers with the next error that is planned for it, or serves what was asked for. */
function serve(id: unknown, kind: "greeted" | "refused" | "unset", result: object): void {
  const plan = readPlan();
  const [error, ...rest] = plan[kind] ?? [];
  Deno.writeTextFileSync(path, JSON.stringify({ ...plan, [kind]: rest }));
  send(error === undefined ? { id, result } : { id, error });
}

async function takeTurn(id: unknown): Promise<void> {
  const plan = readPlan();
  const [turn = {}, ...turns] = plan.turns;
  if (turns.length > 0) Deno.writeTextFileSync(path, JSON.stringify({ ...plan, turns }));
  if (turn.script !== undefined) {
    const args = ["-c", turn.script];
    await new Deno.Command("sh", { args, stdin: "null", stdout: "null", stderr: "null" }).output();
  }
  for (const update of turn.updates ?? []) {
    send({ method: "session/update", params: { sessionId: "ses_1", update } });
  }
  if (turn.error !== undefined) send({ id, error: turn.error });
  else send({ id, result: { stopReason: "end_turn", ...turn.result } });
  if (turn.exits !== undefined) Deno.exit(turn.exits);
}

journal.event("start");
let rest = "";
for await (const text of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
  const lines = (rest + text).split("\n");
  rest = lines.pop() ?? "";
  for (const line of lines) {
    const frame: { id?: unknown; method?: unknown } = JSON.parse(line);
    journal.frame(frame);
    const { id, method } = frame;
    if (method === "initialize") serve(id, "greeted", { protocolVersion: 1 });
    if (method === "session/new") {
      serve(id, "refused", { sessionId: "ses_1", ...readPlan().session });
    }
    if (method === "session/set_config_option") serve(id, "unset", {});
    if (method === "session/prompt") void takeTurn(id);
  }
}
Deno.exit(0);
