const encoder = new TextEncoder();

/**
 * Writes all of a text, waiting for a slow reader. For short answers; a run writes through a queue.
 * (`console.log` would hide a closed pipe.)
 *
 * @throws {Deno.errors.BrokenPipe} when the reader has closed the pipe.
 */
export function writeAllSync(file: { writeSync(bytes: Uint8Array): number }, text: string): void {
  const bytes = encoder.encode(text);
  for (let at = 0; at < bytes.length;) at += file.writeSync(bytes.subarray(at));
}
