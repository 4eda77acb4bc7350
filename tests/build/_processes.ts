/**
 * The processes that have an entry (`NAME=value`) in the environment that they were started with,
 * wherever in the tree they are. Written anew, since what iteratr itself uses is under test here.
 */
export function processesWith(entry: string): readonly number[] {
  return Array.from(Deno.readDirSync("/proc"), ({ name }) => Number(name))
    .filter((pid) => Number.isInteger(pid) && pid !== Deno.pid)
    .filter((pid) => environmentOf(pid).includes(entry));
}

/** Whether a process is there; a zombie is none. */
export function isAlive(pid: number): boolean {
  return environmentOf(pid).length > 1;
}

/** Ends all processes that a search finds, until it finds no more. */
export async function endProcesses(search: () => readonly number[]): Promise<void> {
  for (let tries = 0; tries < 500; tries++) {
    const pids = search();
    if (pids.length === 0) return;
    for (const pid of pids) {
      try {
        Deno.kill(pid, "SIGKILL");
      } catch {
        // It has ended by itself.
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`processes that do not end: ${search().join(", ")}`);
}

function environmentOf(pid: number): readonly string[] {
  try {
    return Deno.readTextFileSync(`/proc/${pid}/environ`).split("\0");
  } catch {
    return [];
  }
}
