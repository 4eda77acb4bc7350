import { createHash } from "node:crypto";

/** A file larger than this is told apart by its stamp: size, time of change and number on its disk. */
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
      if (info.isSymlink) return `link ${await digest(encode(await Deno.readLink(path)))}`;
      if (!info.isFile) return info.isDirectory ? "directory" : "special";
      if (this.#uncounted.has(`${info.dev}:${info.ino}`)) return "uncounted";
      const executable = ((info.mode ?? 0) & 0o100) === 0 ? "file" : "program";
      if (info.size > MAX_HASHED_BYTES) return `${executable} ${stampOf(info)}`;
      return `${executable} ${await this.#hash(path, info, digestFile)}`;
    } catch {
      return "gone";
    }
  }

  /**
   * The mark of a file too large to be read each time, with a hash of its content behind the stamp; all
   * other marks as they are.
   */
  async withContent(path: string, mark: string): Promise<string> {
    if (!STAMPED.test(mark)) return mark;
    try {
      return `${mark} ${await this.#hash(path, Deno.lstatSync(path), digestStream)}`;
    } catch {
      return "gone";
    }
  }

  /** Whether the content of a path is the one that was noted by {@linkcode withContent}. */
  async isSame(path: string, noted: string, mark: string): Promise<boolean> {
    if (noted === mark || noted.startsWith(`${mark} `)) return true;
    const [kind, size] = mark.split(" ");
    if (!STAMPED.test(mark) || !noted.startsWith(`${kind} ${size} `)) return false;
    return lastWord(await this.withContent(path, mark)) === lastWord(noted);
  }

  async #hash(
    path: string,
    info: Deno.FileInfo,
    digestOf: (path: string) => Promise<string>,
  ): Promise<string> {
    const stamp = stampOf(info);
    const isSettled = Date.now() - (info.mtime?.getTime() ?? Date.now()) > SETTLED_MS;
    const known = this.#known.get(path);
    if (known?.stamp === stamp) return known.hash;
    const hash = await digestOf(path);
    // A file changed just now may change again within the same tick of its clock.
    if (isSettled) this.#known.set(path, { stamp, hash });
    return hash;
  }
}

/** The mark of a file that is told apart by its stamp. */
const STAMPED = /^(file|program) \d+ \d+ \d+$/;

function stampOf({ size, mtime, ino }: Deno.FileInfo): string {
  return `${size} ${mtime?.getTime() ?? 0} ${ino ?? 0}`;
}

function lastWord(text: string): string {
  return text.slice(text.lastIndexOf(" ") + 1);
}

function encode(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

async function digestFile(path: string): Promise<string> {
  return await digest(await Deno.readFile(path));
}

/** The same for a file of any size. */
async function digestStream(path: string): Promise<string> {
  const hash = createHash("sha256");
  using file = await Deno.open(path);
  for await (const chunk of file.readable) hash.update(chunk);
  return hash.digest("hex");
}

/** SHA-256 in hexadecimal. */
export async function digest(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
