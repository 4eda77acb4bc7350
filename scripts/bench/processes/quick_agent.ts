/*
 * deno run -A quick_agent.ts LOG UPDATES [FILE]
 *
 * An ACP agent that takes no time: to each prompt it streams so many updates and then answers. LOG gets
 * a line of JSON for each prompt, a `Turn` of `turns.ts`, and now and then one that tells how its client
 * looks from outside, a `Look`. FILE is written anew in each turn.
 */
import { writeAllSync } from "../../../src/platform/write.ts";
import { preciseNow } from "./clock.ts";
import { LOOK_EVERY, lookAt } from "./turns.ts";

const [path, count, file] = Deno.args;
if (path === undefined || count === undefined) Deno.exit(2);

const UPDATES = Number(count);
/** Updates that go out in one write. */
const BURST = 200;

const client = Deno.ppid;
// Open from the start: once its directory is being removed, no new file appears in it.
using log = Deno.openSync(path, { append: true, create: true });

const record = (entry: unknown): void => writeAllSync(log, `${JSON.stringify(entry)}\n`);
const send = (frames: readonly unknown[]): void =>
  writeAllSync(Deno.stdout, frames.map((frame) => `${JSON.stringify(frame)}\n`).join(""));

let sessions = 0;
let turns = 0;

function answer(id: unknown, method: unknown): void {
  const result = (fields: unknown): void => send([{ jsonrpc: "2.0", id, result: fields }]);
  switch (method) {
    case "initialize":
      return result({ protocolVersion: 1, agentCapabilities: {}, agentInfo: INFO });
    case "session/new":
      return result({ sessionId: `ses_${Deno.pid}_${++sessions}` });
    case "session/prompt": {
      const asked = preciseNow();
      if (file !== undefined) {
        Deno.writeTextFileSync(file, `This is turn ${turns} of ${Deno.pid}.\n`);
      }
      stream(`ses_${Deno.pid}_${sessions}`);
      if (++turns % LOOK_EVERY === 0) record(lookAt(client));
      result({ stopReason: "end_turn" });
      return record({ asked, answered: preciseNow() });
    }
  }
}

const INFO = { name: "quick", version: "1.0.0" };

/** Text as models stream it: a word at a time, lines of ten words. */
function stream(sessionId: string): void {
  let frames: unknown[] = [];
  for (let n = 1; n <= UPDATES; n++) {
    const text = `word-${n}${n % 10 === 0 ? "\n" : " "}`;
    const update = {
      sessionUpdate: "agent_message_chunk",
      messageId: `msg_${sessionId}`,
      content: { type: "text", text },
    };
    frames.push({ jsonrpc: "2.0", method: "session/update", params: { sessionId, update } });
    if (n % BURST !== 0 && n !== UPDATES) continue;
    send(frames);
    frames = [];
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
record(lookAt(client));
