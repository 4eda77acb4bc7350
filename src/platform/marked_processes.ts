/** The variable that every process started by a run inherits; its value is the run's id. */
export const RUN_MARK = "ITERATR_RUN";

/** The variable by which what one agent's process has started is told from the rest of its run. */
export const AGENT_MARK = "ITERATR_AGENT";

/**
 * The processes that carry a run's mark in their environment, wherever in the tree and in whatever
 * session or group they are. Linux only: elsewhere nothing can be seen this way, and the list is empty.
 * The environment is the one that a process was started with, so no process can shed the mark except
 * by starting another one without it.
 *
 * @param value the run's id, or an agent's.
 * @param name the variable that holds it.
 */
export function markedProcesses(value: string, name: string = RUN_MARK): readonly number[] {
  const mark = `${name}=${value}`;
  const pids: number[] = [];
  for (const entry of directoryNames("/proc")) {
    if (!/^[0-9]+$/.test(entry)) continue;
    const pid = Number(entry);
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
export function killMarkedProcesses(value: string, name: string = RUN_MARK): number {
  const pids = markedProcesses(value, name);
  for (const pid of pids) sendSignal(pid, "SIGKILL");
  return pids.length;
}

/**
 * Ends every process that carries the run's mark. New ones may appear while it looks, so it looks
 * again until none is left, a bounded number of times.
 */
export async function endMarkedProcesses(
  value: string,
  sleep: (ms: number) => Promise<void>,
  name: string = RUN_MARK,
): Promise<void> {
  for (let round = 0; round < 20; round++) {
    if (killMarkedProcesses(value, name) === 0) return;
    await sleep(10);
  }
}
