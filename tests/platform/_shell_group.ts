/** A shell that leads a process group of its own, and its only child, which sleeps. */
export interface ShellGroup {
  readonly leader: Deno.ChildProcess;
  readonly child: number;
}

/**
 * Starts such a shell.
 *
 * @param script what it does once its child is there.
 */
export async function shellGroup(script: string): Promise<ShellGroup> {
  const leader = new Deno.Command("sh", {
    args: ["-c", `sleep 600 & echo $!; ${script}`],
    stdin: "null",
    stdout: "piped",
    stderr: "null",
    detached: true,
  }).spawn();
  const reader = leader.stdout.getReader();
  const { value } = await reader.read();
  await reader.cancel();
  return { leader, child: Number(new TextDecoder().decode(value)) };
}
