import { processTable } from "./process_table.ts";

const KIBIBYTE = 1_024;

/**
 * The resident memory of a process and all its descendants, in bytes; 0 when nothing can be seen of them.
 *
 * @param root the process's number.
 */
export async function treeMemory(root: number): Promise<number> {
  const children = Map.groupBy(await processTable(), ({ parent }) => parent);
  const pids = [root];
  for (const pid of pids) pids.push(...(children.get(pid) ?? []).map((child) => child.pid));
  return KIBIBYTE * (Deno.build.os === "linux" ? fromProc(pids) : await fromPs(pids));
}

/**
 * Linux: the field VmRSS of proc_pid_status(5), in KiB whatever the size of a page is, which the numbers
 * of pages in other files cannot be understood without. A zombie has none.
 */
function fromProc(pids: readonly number[]): number {
  return sum(pids.map((pid) => {
    try {
      const status = Deno.readTextFileSync(`/proc/${pid}/status`);
      return Number(/^VmRSS:\s*([0-9]+) kB$/m.exec(status)?.[1] ?? 0);
    } catch {
      return 0;
    }
  }));
}

async function fromPs(pids: readonly number[]): Promise<number> {
  try {
    const { stdout } = await new Deno.Command("ps", {
      args: ["-o", "rss=", "-p", pids.join(",")],
      stdin: "null",
      stderr: "null",
    }).output();
    return sum(new TextDecoder().decode(stdout).split("\n").map(Number));
  } catch {
    return 0;
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
