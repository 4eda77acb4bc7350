import type { Group } from "../group.ts";
import { interleave, stopwatch, type Timed, type Trial } from "../interleave.ts";
import type { DenoCommand } from "../stage.ts";
import { type Call, emptyCommand, toolCalls } from "../tool_call.ts";

const AT_ONCE = 8;

/** An agent that calls several tools at once. */
export const parallelGroup: Group = {
  name: "parallel",
  about: `${AT_ONCE} calls of the bundled \`iteratr tool\` at once, by one alone`,
  measure: async (stage) => {
    const empty = await emptyCommand(stage);
    const command = await toolCalls(stage, "bundle", await stage.store(10));
    const trial = (name: string, next: () => DenoCommand): Trial => {
      const one: Timed = () => stage.run(next());
      const many: Timed = () =>
        stopwatch(() => Promise.all(Array.from({ length: AT_ONCE }, () => stage.run(next()))));
      return { name, baseline: one, candidate: many };
    };
    const call = (name: Call): Trial => trial(`${AT_ONCE} × ${name}`, () => command(name));
    const measured = await interleave(
      [trial(`${AT_ONCE} × an empty file`, () => empty), call("task-next"), call("task-status")],
      { rounds: 15, ms: 20_000 },
    );
    return measured.map(({ name, candidate, ratio }) => ({
      name,
      unit: "ms",
      values: candidate,
      ratio,
      baseline: "one of them alone",
    }));
  },
};
