/**
 * A fake ACP agent, for speed and for faults that a real one cannot be made to show:
 *
 *     deno run -A tests/fake_agent/main.ts SCENARIO [key=value ...]
 *
 * It speaks as opencode does and, unless its scenario says otherwise, does honest work by calling
 * `iteratr tool ...` from PATH. `scenarios.ts` names the scenarios; each describes its own keys.
 * These keys work with every scenario:
 *
 * - `from=N` (1), `times=K` (0 = always): at which prompts the fault shows; the others are honest work.
 *   `count=PATH` goes on counting across processes.
 * - `tasks`, `chain`, `per-turn`, `declare`: the honest work (`scenarios/works.ts`).
 * - `models=a/b,c/d`, `model=a/b`: what is on offer, and what a session starts with.
 * - `input`, `output` (tokens), `cost` (dollars a turn), `context`, `usage=0`, `pace` (ms): `turn.ts`.
 * - `log=PATH`: what the client sent (`journal.ts`).
 * - `ignores-stdin-close`, `ignores-sigterm`: it takes SIGKILL, or `life=300` seconds, to end it.
 *
 * No imports but its own files: it is started once for nearly every test.
 */
import { Agent } from "./agent.ts";
import { complain, Journal } from "./journal.ts";
import { readCatalogue } from "./models.ts";
import { Options, UsageError } from "./options.ts";
import { Peer } from "./peer.ts";
import type { Scenario } from "./scenario.ts";
import { SCENARIOS } from "./scenarios.ts";
import { makeWorks } from "./scenarios/works.ts";
import { Strikes } from "./strikes.ts";
import { readHabits } from "./turn.ts";
import { lines, Wire } from "./wire.ts";

interface Setup {
  readonly peer: Peer;
  readonly journal: Journal;
  readonly scenario: Scenario;
  readonly outlivesStdin: boolean;
  readonly ignoresSigterm: boolean;
  readonly life: number;
}

function setUp(args: readonly string[]): Setup {
  const [name = "", ...rest] = args;
  const make = SCENARIOS.get(name);
  if (make === undefined) {
    throw new UsageError(`no scenario "${name}"; there are ${[...SCENARIOS.keys()].join(", ")}`);
  }
  const options = new Options(rest);
  const wire = new Wire(Deno.stdout);
  const journal = new Journal(options.text("log", undefined));
  const peer = new Peer(wire, journal);
  const world = {
    options,
    wire,
    journal,
    peer,
    strikes: new Strikes(options),
    catalogue: readCatalogue(options),
    works: makeWorks(options),
  };
  const scenario = make(world);
  peer.serve(new Agent(world, scenario, readHabits(options)).handlers());
  const setup = {
    peer,
    journal,
    scenario,
    outlivesStdin: options.flag("ignores-stdin-close"),
    ignoresSigterm: options.flag("ignores-sigterm"),
    life: options.count("life", 300),
  };
  const unread = options.unread();
  if (unread.length > 0) throw new UsageError(`${name} knows no key ${unread.join(", ")}`);
  return setup;
}

async function serve(setup: Setup): Promise<void> {
  const { peer, journal, scenario } = setup;
  if (setup.ignoresSigterm) Deno.addSignalListener("SIGTERM", () => journal.event("SIGTERM"));
  journal.event("start");
  await scenario.start?.();
  for await (const line of lines(Deno.stdin.readable)) peer.receive(line);
  journal.event("stdin-closed");
  if (setup.outlivesStdin) {
    // Bounded, so that a test that fails leaves nothing behind for good.
    await new Promise((resolve) => setTimeout(resolve, setup.life * 1000));
  }
  // At once, whatever is under way: pending prompts stay unanswered, as with opencode.
  Deno.exit(0);
}

try {
  await serve(setUp(Deno.args));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  complain(`fake agent: ${error.message}`);
  Deno.exit(2);
}
