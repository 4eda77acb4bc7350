/**
 * Whether a person is there to be asked: standard input and output are a terminal, and this process is in
 * its foreground (a job started with `&` is not, and reading would stop it).
 */
export function isInteractive(): boolean {
  return Deno.stdin.isTerminal() && Deno.stdout.isTerminal() && isForeground();
}

function isForeground(): boolean {
  const [group, foreground] = Deno.build.os === "linux" ? groupsFromProc() : groupsFromPs();
  return group !== undefined && group === foreground;
}

/** Linux: the process's own group, and its terminal's (fields 5 and 8 of proc_pid_stat(5)). */
function groupsFromProc(): readonly (number | undefined)[] {
  try {
    const stat = Deno.readTextFileSync("/proc/self/stat");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return [Number(fields[2]), Number(fields[5])];
  } catch {
    return [];
  }
}

function groupsFromPs(): readonly (number | undefined)[] {
  try {
    const { stdout } = new Deno.Command("ps", {
      args: ["-o", "pgid=", "-o", "tpgid=", "-p", String(Deno.pid)],
      stderr: "null",
    }).outputSync();
    return new TextDecoder().decode(stdout).trim().split(/\s+/).map(Number);
  } catch {
    return [];
  }
}
