/** The variable that every process started by a run inherits; its value is the run's id. */
export const RUN_MARK = "ITERATR_RUN";

/**
 * The processes that carry a run's mark in their environment, wherever in the tree and in whatever
 * session or group they are. Linux only: elsewhere nothing can be seen this way, and the list is empty.
 * The environment is the one that a process was started with, so no process can shed the mark except
 * by starting another one without it.
 *
 * @param run the run's id.
 */
export function markedProcesses(run: string): readonly number[] {
  const mark = `${RUN_MARK}=${run}`;
  const pids: number[] = [];
  for (const name of directoryNames("/proc")) {
    if (!/^[0-9]+$/.test(name)) continue;
    const pid = Number(name);
    if (pid !== Deno.pid && environmentOf(pid).split("\0").includes(mark)) pids.push(pid);
  }
  return pids;
}

function directoryNames(path: string): readonly string[] {
  try {
    return Array.from(Deno.readDirSync(path), (entry) => entry.name);
  } catch {
    return [];
  }
}

/** Empty for a process that is gone, belongs to somebody else, or is a zombie. */
function environmentOf(pid: number): string {
  try {
    return Deno.readTextFileSync(`/proc/${pid}/environ`);
  } catch {
    return "";
  }
}

/** Sends a signal; a process that is gone already is no error. */
export function sendSignal(pid: number, signal: Deno.Signal): void {
  try {
    Deno.kill(pid, signal);
  } catch (error) {
    const isGone = error instanceof Deno.errors.NotFound ||
      error instanceof Deno.errors.PermissionDenied || error instanceof TypeError;
    if (!isGone) throw error;
  }
}

/** Kills every process that carries the run's mark just now, without looking back. */
export function killMarkedProcesses(run: string): number {
  const pids = markedProcesses(run);
  for (const pid of pids) sendSignal(pid, "SIGKILL");
  return pids.length;
}

/**
 * Ends every process that carries the run's mark. New ones may appear while it looks, so it looks
 * again until none is left, a bounded number of times.
 */
export async function endMarkedProcesses(
  run: string,
  sleep: (ms: number) => Promise<void>,
): Promise<void> {
  for (let round = 0; round < 20; round++) {
    if (killMarkedProcesses(run) === 0) return;
    await sleep(10);
  }
}
