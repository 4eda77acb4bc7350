import { bootId, processStat } from "./process_stat.ts";

/** A process on a host, so told that no other one can be taken for it. */
export interface ProcessRef {
  readonly pid: number;
  /** When it was started, in the system's own terms; null when the system does not tell. */
  readonly identity: string | null;
}

/** The process of that number, as it is now. */
export async function processRef(pid: number): Promise<ProcessRef> {
  return { pid, identity: await processIdentity(pid) ?? null };
}

/**
 * Tells one process from every other one that has had, or will have, its number: by the time at which it
 * was started. `undefined` when there is no such process (a zombie counts as none), or when the system
 * does not tell.
 *
 * @param pid the process's number.
 */
export async function processIdentity(pid: number): Promise<string | undefined> {
  return Deno.build.os === "linux" ? processStat(pid, bootId())?.identity : await fromPs(pid);
}

/** How `ps` has to be called for its times to be the same whenever and wherever it is asked. */
export const PS_ENVIRONMENT = { LC_ALL: "C", TZ: "UTC" } as const;

async function fromPs(pid: number): Promise<string | undefined> {
  try {
    const { success, stdout } = await new Deno.Command("ps", {
      args: ["-o", "stat=", "-o", "lstart=", "-p", String(pid)],
      env: PS_ENVIRONMENT,
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
