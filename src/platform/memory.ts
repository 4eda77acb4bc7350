import { processTable } from "./process_table.ts";

/**
 * The resident memory of a process and all its descendants, in bytes; 0 when nothing can be seen of them.
 *
 * @param root the process's number.
 */
export async function treeMemory(root: number): Promise<number> {
  const processes = await processTable();
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
