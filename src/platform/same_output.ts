/**
 * Whether stdout and stderr end up in the same place, so that a line for both must be written once only
 * (a terminal, or `> log 2>&1`). Where the system does not tell, two terminals count as one.
 */
export function isSameOutput(): boolean {
  const target = (fd: number): string | undefined => {
    try {
      return Deno.readLinkSync(`/proc/self/fd/${fd}`);
    } catch {
      return undefined;
    }
  };
  const stdout = target(1);
  return stdout === undefined
    ? Deno.stdout.isTerminal() && Deno.stderr.isTerminal()
    : stdout === target(2);
}
