import assert from "node:assert/strict";
import { Stage } from "../build/_stage.ts";
import { together } from "../build/_together.ts";
import { checkEnded, first, retryAtOnce, told } from "./_faults.ts";

/** Says which processes are there when an attempt has failed and the next one has not begun. */
const CHECK = `
alive() { [ -e "/proc/$1" ] && ! grep -q '^State:.Z' "/proc/$1/status"; }
for pid in $(grep -o '[0-9][0-9]*' "$HOME/pids"); do
  if alive "$pid"; then echo "child $pid" >>"$HOME/alive"; fi
done
if alive "$(cat "$HOME/daemon")"; then echo daemon >>"$HOME/alive"; fi
`;
const HOOKS = `version: 1
session_start:
  command: 'setsid sleep 299.0625 >/dev/null 2>&1 </dev/null & echo $! >"$HOME/daemon"'
on_error:
  command: 'sh "$HOME/check.sh"'
`;

async function expectNoneLeft(scenario: string): Promise<void> {
  await using stage = await Stage.make();
  await Deno.writeTextFile(stage.project(".iteratr.hooks.yml"), HOOKS);
  await Deno.writeTextFile(stage.join("home", "check.sh"), CHECK);
  await retryAtOnce(stage);
  const children = `children pids=${stage.join("home", "pids")} tasks=1 ${scenario}`;
  const finished = await stage.build(first(stage, 1, children), ["--silence", "2s"]);
  checkEnded(finished, 0);
  assert.match(finished.stdout, /^retry {3}1 of 3/m, scenario);
  assert.equal(stage.read("home/alive"), "daemon\n", `${scenario}: ${told(finished)}`);
}

Deno.test("what a silent agent has started is gone before the retry, and what a hook has started is not", async () => {
  const deaf = "then=silent cancel=0 ignores-sigterm ignores-stdin-close";
  await together(["then=silent", "then=silent holds-pipe=1", deaf], expectNoneLeft);
});

Deno.test("what an agent has started that then failed at its start is gone before the retry", async () => {
  await using stage = await Stage.make();
  await Deno.writeTextFile(stage.project(".iteratr.hooks.yml"), HOOKS);
  await Deno.writeTextFile(stage.join("home", "check.sh"), CHECK);
  await retryAtOnce(stage);
  const works = stage.agent("works tasks=1");
  const agent = await stage.writeProgram(
    "agent",
    `if [ -e "$HOME/pids" ]; then exec ${works}; fi
setsid sleep 299.0625 >/dev/null 2>&1 </dev/null & echo $! >"$HOME/pids"; sleep 0.3; exit 9`,
  );
  const words = ["build", "--model", "fake/m1", "--agent-command", agent, "--no-auto-commit"];
  const finished = await stage.run(words);
  checkEnded(finished, 0);
  assert.equal(stage.read("home/alive"), "daemon\n", told(finished));
});
