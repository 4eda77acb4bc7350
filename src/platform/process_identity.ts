/**
 * Tells one process from every other one that has had, or will have, its number: by the time at which it
 * was started. `undefined` when there is no such process (a zombie counts as none), or when the system
 * does not tell.
 *
 * @param pid the process's number.
 */
export async function processIdentity(pid: number): Promise<string | undefined> {
  return Deno.build.os === "linux" ? fromProc(pid) : await fromPs(pid);
}

/** Linux: boot and start time in clock ticks since then (field 22 of proc_pid_stat(5)). */
function fromProc(pid: number): string | undefined {
  const stat = readText(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [state] = fields;
  const start = fields[19];
  if (start === undefined || state === "Z" || state === "X") return undefined;
  return `${readText("/proc/sys/kernel/random/boot_id").trim()} ${start}`;
}

function readText(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return "";
  }
}

async function fromPs(pid: number): Promise<string | undefined> {
  try {
    const { success, stdout } = await new Deno.Command("ps", {
      args: ["-o", "stat=", "-o", "lstart=", "-p", String(pid)],
      env: { LC_ALL: "C", TZ: "UTC" },
      stderr: "null",
    }).output();
    const line = new TextDecoder().decode(stdout).trim();
    return success && line !== "" && !line.startsWith("Z")
      ? line.replace(/^\S+\s+/, "")
      : undefined;
  } catch {
    return undefined;
  }
}
