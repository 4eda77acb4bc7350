/**
 * A fake agent each of whose turns is a shell script: `deno run -A _agent.ts turn=PATH say=PATH [log=PATH]`.
 * The script finds `iteratr` on its PATH and the number of the turn in TURN; afterwards the agent says
 * what stands in the other file. All else is the usual fake's (`tests/fake_agent/main.ts`).
 */
import { Agent } from "../fake_agent/agent.ts";
import { Journal } from "../fake_agent/journal.ts";
import { readCatalogue } from "../fake_agent/models.ts";
import { Options } from "../fake_agent/options.ts";
import { Peer } from "../fake_agent/peer.ts";
import type { Scenario } from "../fake_agent/scenario.ts";
import { makeWorks } from "../fake_agent/scenarios/works.ts";
import { quote } from "../fake_agent/shell.ts";
import { Strikes } from "../fake_agent/strikes.ts";
import { shell } from "../fake_agent/tool_calls.ts";
import { readHabits } from "../fake_agent/turn.ts";
import { lines, Wire } from "../fake_agent/wire.ts";

const options = new Options(Deno.args);
const script = options.text("turn", "");
const words = options.text("say", "");
const wire = new Wire(Deno.stdout);
const journal = new Journal(options.text("log", undefined));
const peer = new Peer(wire, journal);
let turns = 0;
const scenario: Scenario = {
  prompt: async (turn) => {
    turns++;
    await shell(turn, `TURN=${turns} sh ${quote(script)}`);
    await turn.nextCall();
    turn.say(Deno.readTextFileSync(words));
    return turn.finish();
  },
};
const world = {
  options,
  wire,
  journal,
  peer,
  strikes: new Strikes(options),
  catalogue: readCatalogue(options),
  works: makeWorks(options),
};
peer.serve(new Agent(world, scenario, readHabits(options)).handlers());
journal.event("start");
for await (const line of lines(Deno.stdin.readable)) peer.receive(line);
journal.event("stdin-closed");
Deno.exit(0);
