/** How a shell command ended. */
export interface ShellResult {
  /** The exit code; `null` when it was aborted or could not be started. */
  readonly code: number | null;
  /** stdout and stderr, in the order of arrival. */
  readonly output: string;
}

/** Where and under whose eyes a command runs. */
export interface ShellContext {
  readonly cwd: string;
  readonly signal: AbortSignal;
  /** Told of the whole output so far, each time that it grows. */
  readonly onOutput: (output: string) => void;
}

/**
 * Runs a command the way opencode's bash tool does: inherited environment, no stdin, a session and a
 * process group of its own. An abort kills the group; the death of this process leaves it running.
 */
export async function runShell(command: string, context: ShellContext): Promise<ShellResult> {
  let child: Deno.ChildProcess;
  try {
    child = new Deno.Command("sh", {
      args: ["-c", command],
      cwd: context.cwd,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
      detached: true,
    }).spawn();
  } catch (error) {
    return { code: null, output: String(error) };
  }
  const kill = (): void => killGroup(child.pid);
  context.signal.addEventListener("abort", kill);
  if (context.signal.aborted) kill();
  let output = "";
  const collect = async (stream: ReadableStream<Uint8Array>): Promise<void> => {
    const decoder = new TextDecoder();
    for await (const chunk of stream) {
      output += decoder.decode(chunk, { stream: true });
      context.onOutput(output);
    }
  };
  const [status] = await Promise.all([
    child.status,
    collect(child.stdout),
    collect(child.stderr),
  ]);
  context.signal.removeEventListener("abort", kill);
  return { code: context.signal.aborted ? null : status.code, output };
}

/** Wraps a text so that the shell takes it as one word. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function killGroup(pid: number): void {
  try {
    Deno.kill(-pid, "SIGKILL");
  } catch (error) {
    // Already gone: that is what was wanted.
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
