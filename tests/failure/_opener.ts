/*
 * deno run -A _opener.ts DATA_DIR DEADLINE_MS
 *
 * Opens a store, and prints the error that this gives; then `end`, and exits as iteratr does.
 */
import { writeAllSync } from "../../src/platform/write.ts";
import { StoreError } from "../../src/store/errors.ts";
import { openStore } from "../../src/store/open.ts";

const [directory, deadline] = Deno.args;
if (directory === undefined) Deno.exit(2);
try {
  await openStore({ directory, create: false, deadlineMs: Number(deadline) });
} catch (error) {
  if (!(error instanceof StoreError)) throw error;
  writeAllSync(Deno.stdout, `${error.fault}: ${error.message}\n`);
}
writeAllSync(Deno.stdout, "end\n");
Deno.exit(0);
