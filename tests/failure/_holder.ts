/*
 * deno run -A _holder.ts DATA_DIR
 *
 * Keeps a store open, with something written into session `s`, until standard input ends; then it tries
 * to write once more, and says whether it could.
 */
import { writeAllSync } from "../../src/platform/write.ts";
import { addTasks } from "../../src/session/task_rules.ts";
import { openStore } from "../../src/store/open.ts";
import { transact } from "../../src/store/transact.ts";
import { standardInputClosed } from "../support/standard_input_closed.ts";

const [directory] = Deno.args;
if (directory === undefined) Deno.exit(2);
const closed = standardInputClosed();
await using store = await openStore({ directory, create: true });

async function add(text: string): Promise<string> {
  const command = { session: "s", actor: "agent", create: { spec: null }, tasks: true } as const;
  const outcome = await transact(store, {
    ...command,
    decide: (view) => addTasks(view, [{ text }]),
  });
  return outcome.kind;
}

writeAllSync(Deno.stdout, `${await add("held")}\n`);
await new Promise((resolve) => closed.addEventListener("abort", resolve));
writeAllSync(Deno.stdout, `${await add("held for long").catch((error: unknown) => error)}\n`);
