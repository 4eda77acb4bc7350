import { PS_ENVIRONMENT } from "./process_identity.ts";
import { bootId, processStat } from "./process_stat.ts";

/** A process, its parent, and its process group. */
export interface ProcessEntry {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  /** What `processIdentity` says of it. */
  readonly identity: string | undefined;
}

/** All processes that can be seen; none when the system does not tell. */
export async function processTable(): Promise<readonly ProcessEntry[]> {
  return Deno.build.os === "linux" ? fromProc() : await fromPs();
}

function fromProc(): readonly ProcessEntry[] {
  const boot = bootId();
  return names("/proc").flatMap((name) => {
    if (!/^[0-9]+$/.test(name)) return [];
    const pid = Number(name);
    const stat = processStat(pid, boot);
    return stat === undefined ? [] : [{ pid, ...stat }];
  });
}

function names(directory: string): readonly string[] {
  try {
    return Array.from(Deno.readDirSync(directory), ({ name }) => name);
  } catch {
    return [];
  }
}

async function fromPs(): Promise<readonly ProcessEntry[]> {
  try {
    const { stdout } = await new Deno.Command("ps", {
      args: [
        "-A",
        ...["pid=", "ppid=", "pgid=", "stat=", "lstart="].flatMap((name) => ["-o", name]),
      ],
      env: PS_ENVIRONMENT,
      stdin: "null",
      stderr: "null",
    }).output();
    return entriesOfPs(new TextDecoder().decode(stdout));
  } catch {
    return [];
  }
}

const PS_LINE = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(.*\S)\s*$/;

/** What `ps` prints as numbers of process, parent and group, state and start time, a line for each. */
export function entriesOfPs(text: string): readonly ProcessEntry[] {
  return text.split("\n").flatMap((line) => {
    const [, pid, parent, group, state, start] = PS_LINE.exec(line) ?? [];
    if (state === undefined) return [];
    const identity = state.startsWith("Z") ? undefined : start;
    return [{ pid: Number(pid), parent: Number(parent), group: Number(group), identity }];
  });
}
