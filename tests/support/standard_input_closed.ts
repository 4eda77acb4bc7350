/** Aborted when standard input ends: how a test tells a script that it has seen enough. */
export function standardInputClosed(): AbortSignal {
  const closed = new AbortController();
  const read = async (): Promise<void> => {
    for await (const _chunk of Deno.stdin.readable);
    closed.abort();
  };
  read();
  return closed.signal;
}
