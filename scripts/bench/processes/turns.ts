/** When a prompt arrived and when it was answered, by `preciseNow`. */
export interface Turn {
  readonly asked: number;
  readonly answered: number;
}

/** How the agent's client looks from outside. */
export interface Look {
  readonly rss: number;
  /** The most memory that it has had so far. */
  readonly peak: number;
  readonly descriptors: number;
  readonly children: number;
}

/** After so many turns of one process the agent takes a look at its client, and at its end once more. */
export const LOOK_EVERY = 25;

/** Looks at a process. Linux only: elsewhere all is 0. */
export function lookAt(pid: number): Look {
  const status = textOf(`/proc/${pid}/status`);
  const bytes = (name: string): number =>
    Number(new RegExp(`^${name}:\\s*(\\d+) kB$`, "m").exec(status)?.[1] ?? 0) * 1024;
  return {
    rss: bytes("VmRSS"),
    peak: bytes("VmHWM"),
    descriptors: namesIn(`/proc/${pid}/fd`).length,
    children: namesIn("/proc").filter((name) => parentOf(name) === pid).length,
  };
}

/** The parent of a process that is alive. */
function parentOf(name: string): number | undefined {
  if (!/^\d+$/.test(name)) return undefined;
  const [state, parent] = textOf(`/proc/${name}/stat`).replace(/^.*\) /s, "").split(" ");
  return state === "Z" || parent === undefined ? undefined : Number(parent);
}

function textOf(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return "";
  }
}

function namesIn(path: string): readonly string[] {
  try {
    return Array.from(Deno.readDirSync(path), ({ name }) => name);
  } catch {
    return [];
  }
}

/** Reads the agent's log. */
export async function readTurns(
  path: string,
): Promise<{ readonly turns: readonly Turn[]; readonly looks: readonly Look[] }> {
  const entries = (await Deno.readTextFile(path)).split("\n").filter((line) => line !== "")
    .map((line): Turn | Look => JSON.parse(line));
  return {
    turns: entries.filter((entry): entry is Turn => "asked" in entry),
    looks: entries.filter((entry): entry is Look => "rss" in entry),
  };
}

/** Milliseconds from each answer to the next prompt. */
export function pauses(turns: readonly Turn[]): readonly number[] {
  return turns.slice(1).map(({ asked }, at) => asked - (turns[at]?.answered ?? NaN));
}
