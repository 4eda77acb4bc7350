/**
 * The resident memory of a process and all its descendants, in bytes; 0 when nothing can be seen of them.
 *
 * @param root the process's number.
 */
export async function treeMemory(root: number): Promise<number> {
  const processes = await allProcesses();
  const children = Map.groupBy(processes, ({ parent }) => parent);
  let bytes = processes.find(({ pid }) => pid === root)?.bytes ?? 0;
  const waiting = [root];
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    for (const { pid, bytes: more } of children.get(at) ?? []) {
      bytes += more;
      waiting.push(pid);
    }
  }
  return bytes;
}

interface ProcessMemory {
  readonly pid: number;
  readonly parent: number;
  readonly bytes: number;
}

async function allProcesses(): Promise<readonly ProcessMemory[]> {
  try {
    const { stdout } = await new Deno.Command("ps", {
      args: ["-A", "-o", "pid=", "-o", "ppid=", "-o", "rss="],
      stdin: "null",
      stderr: "null",
    }).output();
    return new TextDecoder().decode(stdout).split("\n").flatMap((line) => {
      const [pid, parent, kibibytes] = line.trim().split(/\s+/).map(Number);
      return pid === undefined || parent === undefined || kibibytes === undefined
        ? []
        : [{ pid, parent, bytes: kibibytes * 1024 }];
    });
  } catch {
    return [];
  }
}
