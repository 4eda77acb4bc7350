import { complain } from "../journal.ts";
import type { Scenario, World } from "../scenario.ts";
import { makeSilent } from "./silent.ts";

/** The arguments that tell these sleepers from all others in a process list. */
export const SLEEP_ARGS = "300.0625";

/**
 * Leaves children behind at the first prompt, then is `then=silent` or `then=works`: one that a shell
 * started in a session of its own (an orphan from the start), and one that ignores SIGTERM. With
 * `holds-pipe=1` they keep the agent's stderr and stdout open: its end shows no end of file there.
 * `pids=PATH` gets one JSON object: `{"agent", "orphan", "stubborn"}`.
 */
export function makeChildren(world: World): Scenario {
  const { options, works } = world;
  const path = options.text("pids", undefined);
  const then = options.word("then", ["silent", "works"], "silent");
  const stdio = options.flag("holds-pipe") ? "inherit" : "null";
  const silent = makeSilent(world).prompt ?? works;
  let started = false;
  return {
    prompt: async (turn) => {
      if (!started) {
        started = true;
        const pids = await startChildren(turn.session.cwd, stdio);
        if (path === undefined) complain(`fake agent: children ${JSON.stringify(pids)}`);
        else await Deno.writeTextFile(path, JSON.stringify(pids) + "\n");
        turn.say("I started a server in the background.");
      }
      return await (then === "works" ? works : silent)(turn);
    },
  };
}

async function startChildren(
  cwd: string,
  stdio: "inherit" | "null",
): Promise<Readonly<Record<string, number>>> {
  // The shell ends at once, so that no chain of parents leads to the sleeper any more.
  const { stdout } = await new Deno.Command("sh", {
    args: ["-c", `setsid sh -c 'exec sleep ${SLEEP_ARGS}' >&2 & echo $!`],
    cwd,
    stdin: "null",
    stdout: "piped",
    stderr: stdio,
  }).output();
  // An ignored signal stays ignored over exec: one process, which only SIGKILL ends.
  const stubborn = new Deno.Command("sh", {
    args: ["-c", `trap "" TERM; echo ready >&2; exec sleep ${SLEEP_ARGS} 2>&1`],
    cwd,
    stdin: "null",
    stdout: stdio,
    stderr: "piped",
  }).spawn();
  const reader = stubborn.stderr.getReader();
  await reader.read();
  await reader.cancel();
  stubborn.unref();
  const orphan = Number(new TextDecoder().decode(stdout));
  return { agent: Deno.pid, orphan, stubborn: stubborn.pid };
}
