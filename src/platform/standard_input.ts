import { UserError } from "./failure.ts";

/** More than the largest batch of the largest texts, with room for its JSON. */
const MAX_BYTES = 8 * 1024 * 1024;

/**
 * Reads all of standard input as text.
 *
 * @throws {UserError} when it is more than 8 MiB.
 */
export async function readStandardInput(): Promise<string> {
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(64 * 1024);
  let text = "";
  let bytes = 0;
  for (let n = await Deno.stdin.read(buffer); n !== null; n = await Deno.stdin.read(buffer)) {
    bytes += n;
    if (bytes > MAX_BYTES) {
      throw new UserError(`standard input is more than ${MAX_BYTES} bytes long`);
    }
    text += decoder.decode(buffer.subarray(0, n), { stream: true });
  }
  return text + decoder.decode();
}
