/** A file larger than this is told apart by size and time of change, not by its content. */
const MAX_HASHED_BYTES = 8 * 1024 * 1024;

/** A time of change older than this tells for sure that nothing has changed since. */
const SETTLED_MS = 2_000;

/**
 * Tells contents of files apart, and remembers what it has read: a file whose size and time have not
 * changed is not read again.
 */
export class ContentHashes {
  readonly #known = new Map<string, { readonly stamp: string; readonly hash: string }>();
  readonly #uncounted: ReadonlySet<string>;

  /** @param uncounted files by `dev:ino` that are always the same, whatever they contain. */
  constructor(uncounted: ReadonlySet<string> = new Set()) {
    this.#uncounted = uncounted;
  }

  /** A text that is the same exactly when kind, permissions and content of the path are. */
  async of(path: string): Promise<string> {
    try {
      // Asking the system in turn costs less than handing each question to another thread.
      const info = Deno.lstatSync(path);
      if (info.isSymlink) return `link ${await Deno.readLink(path)}`;
      if (!info.isFile) return info.isDirectory ? "directory" : "special";
      if (this.#uncounted.has(`${info.dev}:${info.ino}`)) return "uncounted";
      const executable = ((info.mode ?? 0) & 0o100) === 0 ? "file" : "program";
      const stamp = `${info.size} ${info.mtime?.getTime() ?? 0} ${info.ino ?? 0}`;
      if (info.size > MAX_HASHED_BYTES) return `${executable} ${stamp}`;
      const isSettled = Date.now() - (info.mtime?.getTime() ?? Date.now()) > SETTLED_MS;
      const known = this.#known.get(path);
      if (known?.stamp === stamp) return `${executable} ${known.hash}`;
      const hash = await digest(await Deno.readFile(path));
      // A file changed just now may change again within the same tick of its clock.
      if (isSettled) this.#known.set(path, { stamp, hash });
      return `${executable} ${hash}`;
    } catch {
      return "gone";
    }
  }
}

/** SHA-256 in hexadecimal. */
export async function digest(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
