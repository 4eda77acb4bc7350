import type { Scenario, World } from "../scenario.ts";

const NOISE = {
  text: ["npm warn config production Use `--omit=dev` instead.\n", '{"jsonrpc":"2.0","method":\n'],
  empty: ["\n", "   \n"],
  array: ["[]\n", '[{"jsonrpc":"2.0","id":1,"result":{}}]\n'],
  scalar: ["42\n", '"text"\n', "null\n", "true\n"],
  stray: [
    '{"jsonrpc":"2.0","id":987654,"result":{}}\n',
    '{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"Parse error"}}\n',
    "{}\n",
  ],
} as const;

const KINDS = ["text", "empty", "array", "scalar", "stray", "crlf", "huge", "stderr"] as const;

/**
 * Does its work, but what it says stands among rubbish: `kinds=` picks from lines that are not JSON, empty
 * lines, JSON arrays, JSON scalars, answers that nobody waits for, frames that end in CRLF, one huge line
 * per turn (`mib=1`), and a flood on stderr in the first turn (`stderr-mib=5`), which stops
 * the agent until somebody reads it.
 */
export function makeNoise({ options, wire, works }: World): Scenario {
  const kinds = options.list("kinds", KINDS);
  const hugeBytes = options.number("mib", 1) * 2 ** 20;
  let stderrBytes = options.number("stderr-mib", 5) * 2 ** 20;
  const pieces = Object.entries(NOISE).flatMap(([kind, list]) => kinds.includes(kind) ? list : []);
  let frames = 0;
  wire.dress((line) => {
    const nth = frames++;
    const end = kinds.includes("crlf") && nth % 3 === 1 ? "\r\n" : "\n";
    return [(pieces[nth % (pieces.length || 1)] ?? "") + line + end];
  });
  return {
    prompt: async (turn) => {
      if (kinds.includes("huge")) wire.push("x".repeat(hugeBytes) + "\n");
      if (kinds.includes("stderr") && stderrBytes > 0) {
        const bytes = stderrBytes;
        stderrBytes = 0;
        await floodStderr(bytes);
      }
      return await works(turn);
    },
  };
}

async function floodStderr(size: number): Promise<void> {
  const line = new TextEncoder().encode("DEBUG ".repeat(170) + "\n");
  try {
    for (let sent = 0; sent < size;) sent += await Deno.stderr.write(line);
  } catch (error) {
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}
