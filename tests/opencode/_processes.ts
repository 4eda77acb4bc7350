/** Processes that carry a variable with a value in their environment, with their command lines. */
export function processesWith(name: string, value: string): readonly string[] {
  const found: string[] = [];
  for (const { name: pid } of Deno.readDirSync("/proc")) {
    if (!/^[0-9]+$/.test(pid)) continue;
    try {
      const environment = Deno.readTextFileSync(`/proc/${pid}/environ`).split("\0");
      if (!environment.includes(`${name}=${value}`)) continue;
      found.push(Deno.readTextFileSync(`/proc/${pid}/cmdline`).replaceAll("\0", " "));
    } catch {
      // Gone meanwhile, or somebody else's.
    }
  }
  return found;
}

/** Waits until a condition holds; fails after a generous while, with the words of `what`. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 60_000; Date.now() < end;) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`waited in vain: ${what}`);
}

/** Whether a file is there. */
export async function isThere(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}
