import { UserError } from "../platform/failure.ts";
import { plural } from "../platform/text.ts";
import { checkSessions } from "../store/check.ts";
import { integrityProblem } from "../store/integrity.ts";
import { isStore, openStore, storeFile } from "../store/open.ts";
import { StoreError } from "../store/errors.ts";
import { type CommandWorld, dataDirectory } from "./context.ts";

/** The flags of `iteratr doctor`. */
export interface DoctorFlags {
  readonly check?: boolean;
  readonly dataDir?: string;
}

/**
 * `iteratr doctor --check`: looks whether the store is sound: SQLite's own check of the file, then for
 * each session whether its views are what its log adds up to. It changes nothing.
 *
 * @throws {StoreError} `damaged` with the first difference.
 */
export async function doctor(flags: DoctorFlags, world: CommandWorld): Promise<void> {
  if (flags.check !== true) {
    throw new UserError("iteratr doctor checks the store so far: iteratr doctor --check");
  }
  const directory = dataDirectory(world, flags.dataDir);
  const file = storeFile(directory);
  if (!isStore(file)) {
    world.stdout(`store   ${file}  not there yet\n`);
    return;
  }
  const problem = integrityProblem(directory);
  if (problem !== undefined) {
    throw new StoreError("damaged", `the store ${file} is damaged: ${problem}`);
  }
  world.stdout(`store   ${file}  ok\n`);
  await using store = await openStore({ directory, create: false });
  for await (const result of checkSessions(store)) {
    if (result.problem !== undefined) {
      throw new StoreError("damaged", `session ${result.session}: ${result.problem}`);
    }
    const verdict = result.isBusy ? "ok; written all the time, so views not compared" : "ok";
    world.stdout(`session ${result.session}  ${plural(result.events, "event")}  ${verdict}\n`);
  }
}
