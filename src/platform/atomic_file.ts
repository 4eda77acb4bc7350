import { parentPath } from "./paths.ts";

/**
 * Writes a file as a whole or not at all: into a new file beside it, which then takes its place. The
 * permissions of a file that is there are kept; a link is followed, not replaced. Directories that are
 * missing are made.
 *
 * @throws what the system says, with nothing changed.
 */
export function writeFileAtomically(path: string, text: string): void {
  const target = realPath(path);
  Deno.mkdirSync(parentPath(target), { recursive: true });
  const mode = modeOf(target);
  const temporary = `${target}.${crypto.randomUUID().slice(0, 8)}.tmp`;
  try {
    using file = Deno.openSync(temporary, { write: true, createNew: true });
    const bytes = new TextEncoder().encode(text);
    for (let at = 0; at < bytes.length;) at += file.writeSync(bytes.subarray(at));
    file.syncSync();
    if (mode !== undefined) Deno.chmodSync(temporary, mode);
    Deno.renameSync(temporary, target);
  } catch (error) {
    try {
      Deno.removeSync(temporary);
    } catch {
      // It was never made.
    }
    throw error;
  }
}

function realPath(path: string): string {
  try {
    return Deno.realPathSync(path);
  } catch {
    return path;
  }
}

function modeOf(path: string): number | undefined {
  try {
    return (Deno.statSync(path).mode ?? 0o644) & 0o7777;
  } catch {
    return undefined;
  }
}
