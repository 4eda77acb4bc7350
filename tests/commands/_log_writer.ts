/*
 * deno run -A _log_writer.ts FILE LABEL COUNT
 *
 * Writes so many records into a log file, long and short ones in turns.
 */
import { systemClock } from "../../src/platform/clock.ts";
import { openLog } from "../../src/platform/log.ts";

const [file, label, count] = Deno.args;
if (file === undefined || label === undefined || count === undefined) Deno.exit(2);

using log = openLog({ file, level: "info", clock: systemClock, mask: (text) => text });
for (let i = 0; i < Number(count); i++) {
  log.record("info", "writer", `${label} "${i}"\n`, { label, i, text: "x".repeat(i % 3 * 3000) });
}
