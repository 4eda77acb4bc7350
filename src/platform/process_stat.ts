/** What proc_pid_stat(5) says of a process. */
export interface ProcessStat {
  readonly parent: number;
  readonly group: number;
  /** Boot and start time; `undefined` for a zombie, which is no process any more. */
  readonly identity: string | undefined;
}

/** Names the time since which the system has been up: start times are counted from it. */
export function bootId(): string {
  return readText("/proc/sys/kernel/random/boot_id").trim();
}

/**
 * Linux: parent, group and start time in clock ticks since boot are fields 4, 5 and 22 of what the system
 * says of a process; `undefined` when there is none.
 */
export function processStat(pid: number, boot: string): ProcessStat | undefined {
  const stat = readText(`/proc/${pid}/stat`);
  // The name, in parentheses, can be anything.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [state, parent, group] = fields;
  const start = fields[19];
  if (start === undefined) return undefined;
  const isGone = state === "Z" || state === "X";
  return {
    parent: Number(parent),
    group: Number(group),
    identity: isGone ? undefined : `${boot} ${start}`,
  };
}

function readText(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return "";
  }
}
