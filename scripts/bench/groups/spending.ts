import type { Group } from "../group.ts";

const KILLS = 100;
const TEST = new URL("../../../tests/faults/budget_kills_test.ts", import.meta.url).pathname;

/** Whether the account of a session stays exact, however its runs end: a check, not a measure. */
export const spendingGroup: Group = {
  name: "spending",
  about: `${KILLS} SIGKILLs on runs that spend: is the account exact? (a check)`,
  measure: async () => {
    const start = performance.now();
    // The test of it, with more kills than a test has time for.
    const { success } = await new Deno.Command(Deno.execPath(), {
      args: ["test", "-A", "--no-check", "--quiet", TEST],
      env: { ITERATR_TEST_KILLS: String(KILLS), NO_COLOR: "1" },
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).output();
    return [
      { name: "SIGKILLs", unit: "", values: [KILLS] },
      { name: "  took", unit: "ms", values: [performance.now() - start] },
      {
        name: success ? "the account is exact" : "the account is wrong",
        unit: "",
        values: [success ? 0 : 1],
        target: { words: "0", met: success },
      },
    ];
  },
};
