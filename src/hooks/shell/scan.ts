import { readCommands } from "./commands.ts";
import { readExpansion } from "./expansion.ts";
import type { Scan } from "./parts.ts";
import { type Sheet, ShellText } from "./shell_text.ts";

/**
 * Takes a command apart by the rules of POSIX `sh` (XCU 2.2, 2.3, 2.6, 2.7.4), as far as it takes to tell
 * how each reference is quoted, of which word it is a part, and which commands may read what.
 *
 * @param names the variable of the environment for each name that can be referred to.
 * @throws {UnclearError} where it cannot be told.
 */
export function scanShell(script: string, names: ReadonlyMap<string, string>): Scan {
  const rules = { commands: readCommands, expansion: readExpansion };
  const sheet: Sheet = {
    ...{ names, rules, found: [], commands: [], flows: [], functions: [], variables: [] },
    depth: 0,
  };
  new ShellText(script, sheet, (offset) => offset, false).commands(undefined);
  return sheet;
}
