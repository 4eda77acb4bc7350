/** A process, its parent, its process group, and its resident memory in bytes. */
export interface ProcessEntry {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  readonly bytes: number;
}

/** All processes that can be seen; none when the system does not tell. */
export async function processTable(): Promise<readonly ProcessEntry[]> {
  return Deno.build.os === "linux" ? fromProc() : await fromPs();
}

/** The page size of every system that Deno runs on under Linux, but for some on arm64, which have more. */
const PAGE_BYTES = 4_096;

/** Linux: parent, group and resident pages are fields 4, 5 and 24 of proc_pid_stat(5). */
function fromProc(): readonly ProcessEntry[] {
  return names("/proc").flatMap((name) => {
    if (!/^[0-9]+$/.test(name)) return [];
    try {
      const stat = Deno.readTextFileSync(`/proc/${name}/stat`);
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      const [parent, group, pages] = [Number(fields[1]), Number(fields[2]), Number(fields[21])];
      return [{ pid: Number(name), parent, group, bytes: pages * PAGE_BYTES }];
    } catch {
      return [];
    }
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
      args: ["-A", "-o", "pid=", "-o", "ppid=", "-o", "pgid=", "-o", "rss="],
      stdin: "null",
      stderr: "null",
    }).output();
    return new TextDecoder().decode(stdout).split("\n").flatMap((line) => {
      const [pid, parent, group, kibibytes] = line.trim().split(/\s+/).map(Number);
      return pid === undefined || parent === undefined || group === undefined ||
          kibibytes === undefined
        ? []
        : [{ pid, parent, group, bytes: kibibytes * 1024 }];
    });
  } catch {
    return [];
  }
}
