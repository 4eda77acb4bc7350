/** How a child process ended. */
export interface ChildEnd {
  /** Its exit code; 128 and the signal's number when a signal has ended it. */
  readonly code: number;
  /** The signal's name, or its number when it has none; null when it has exited by itself. */
  readonly signal: string | null;
}

const SIGNAL_BASE = 128;

/**
 * Waits for the end of a child. Never rejects: the runtime knows no name for a signal of real time, and
 * throws, with its number, where it should tell of one.
 */
export async function childEnd(child: Deno.ChildProcess): Promise<ChildEnd> {
  try {
    const { code, signal } = await child.status;
    return { code, signal };
  } catch (error) {
    const number = error instanceof Error ? /[0-9]+$/.exec(error.message)?.[0] : undefined;
    return { code: SIGNAL_BASE + Number(number ?? 0), signal: number ?? "unknown" };
  }
}
