import { findRoot } from "../../config/root.ts";
import { type CommandWorld, dataDirectory } from "../context.ts";
import { agentFindings } from "./agent.ts";
import { type Finding, findingLines, fine } from "./finding.ts";
import { gatesFinding, gitFinding, hooksFinding, projectFindings } from "./project.ts";
import { checkStore, storeFinding } from "./store.ts";

/** The flags of `iteratr doctor`. */
export interface DoctorFlags {
  readonly check?: boolean;
  readonly json?: boolean;
  readonly dataDir?: string;
}

/**
 * `iteratr doctor`: looks at everything that a run needs, and says what to mend. With `--check`, the store
 * is also checked: SQLite's own check of the file, then for each session whether its views are what its
 * log adds up to. It changes nothing.
 *
 * @returns the exit code: 1 when a run would fail.
 * @throws {StoreError} `damaged` with the first difference that `--check` finds.
 */
export async function doctor(flags: DoctorFlags, world: CommandWorld): Promise<number> {
  if (flags.check === true) {
    await checkStore(dataDirectory(world, flags.dataDir), world);
    return 0;
  }
  const root = findRoot(world.cwd, world.env("HOME") || undefined);
  const given = new Map(flags.dataDir === undefined ? [] : [["data-dir", flags.dataDir]]);
  const project = projectFindings(root, given, world.env);
  const findings = [...project.findings, await gitFinding(root)];
  if (project.resolved !== undefined) {
    const { config } = project.resolved;
    findings.push(hooksFinding(root), gatesFinding(config));
    findings.push(await storeFinding(config.data_dir));
    findings.push(...await agentFindings(root, config, world));
  }
  findings.push(terminalFinding());
  world.stdout(
    flags.json === true ? `${JSON.stringify(findings)}\n` : findingLines(findings),
  );
  return findings.some(({ verdict }) => verdict === "failed") ? 1 : 0;
}

function terminalFinding(): Finding {
  return fine(
    "terminal",
    Deno.stdout.isTerminal() ? `${Deno.consoleSize().columns} columns` : "none; lines are plain",
  );
}
