import { createHash } from "node:crypto";

/**
 * Keeps the beginning and the end of a stream of bytes within a bound, and the measure of all of it: so
 * much memory is taken and no more, however much comes.
 */
export class Capture {
  readonly #head: Uint8Array;
  /** A ring: byte `n` behind the head is at `n` modulo its length. */
  readonly #tail: Uint8Array;
  readonly #hash = createHash("sha256");
  #bytes = 0;

  /** @param kept how many bytes to keep: the first and the last half. */
  constructor(kept: number) {
    this.#head = new Uint8Array(Math.ceil(kept / 2));
    this.#tail = new Uint8Array(Math.floor(kept / 2));
  }

  /** How many bytes have come. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Adds bytes at the end. */
  push(chunk: Uint8Array): void {
    this.#hash.update(chunk);
    const first = chunk.subarray(0, Math.max(0, this.#head.length - this.#bytes));
    if (first.length > 0) this.#head.set(first, this.#bytes);
    this.#pushTail(chunk.subarray(first.length), this.#bytes + first.length - this.#head.length);
    this.#bytes += chunk.length;
  }

  #pushTail(chunk: Uint8Array, at: number): void {
    const size = this.#tail.length;
    const last = chunk.subarray(Math.max(0, chunk.length - size));
    if (last.length === 0) return;
    const start = (at + chunk.length - last.length) % size;
    this.#tail.set(last.subarray(0, size - start), start);
    this.#tail.set(last.subarray(size - start));
  }

  /** SHA-256 of all that has come, in hexadecimal. */
  sha256(): string {
    return this.#hash.copy().digest("hex");
  }

  /**
   * What is kept, read as UTF-8. What is left out is told on a line of its own, and a character that a
   * cut goes through is left out whole; what is no UTF-8 for another reason becomes U+FFFD.
   */
  text(): string {
    const head = this.#head.subarray(0, this.#bytes);
    const tail = this.#tailInOrder();
    if (head.length + tail.length === this.#bytes) return decode(joined(head, tail));
    const first = withoutCutEnd(head);
    const last = withoutCutStart(tail);
    const leftOut = this.#bytes - first.length - last.length;
    const before = decode(first);
    const lineBreak = before === "" || before.endsWith("\n") ? "" : "\n";
    return `${before}${lineBreak}[... ${leftOut} bytes left out ...]\n${decode(last)}`;
  }

  #tailInOrder(): Uint8Array {
    const came = Math.max(0, this.#bytes - this.#head.length);
    const size = this.#tail.length;
    if (came <= size) return this.#tail.subarray(0, came);
    return joined(this.#tail.subarray(came % size), this.#tail.subarray(0, came % size));
  }
}

/** The mark of a byte order is text like any other: two pieces are decoded, and one has no beginning. */
function decode(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const all = new Uint8Array(first.length + second.length);
  all.set(first);
  all.set(second, first.length);
  return all;
}

function isContinuation(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}

/** A character of UTF-8 has four bytes at most, so one that lacks its end begins among the last three. */
function withoutCutEnd(bytes: Uint8Array): Uint8Array {
  const start = bytes.findLastIndex((byte) => !isContinuation(byte));
  const byte = bytes[start] ?? 0;
  const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
  return start + length > bytes.length ? bytes.subarray(0, start) : bytes;
}

function withoutCutStart(bytes: Uint8Array): Uint8Array {
  const start = bytes.subarray(0, 3).findIndex((byte) => !isContinuation(byte));
  return bytes.subarray(start < 0 ? Math.min(3, bytes.length) : start);
}
