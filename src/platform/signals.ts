/** Signals that a person or the system ends a run with. */
export const ENDING_SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** One of {@linkcode ENDING_SIGNALS}. */
export type EndingSignalName = typeof ENDING_SIGNALS[number];

/**
 * Calls a function for the first ending signal; a second one is left to the caller as `onSecond`.
 *
 * @returns stops listening when disposed.
 */
export function onEndingSignal(
  onFirst: (signal: EndingSignalName) => void,
  onSecond: (signal: EndingSignalName) => void,
): Disposable {
  let seen = false;
  const handlers = ENDING_SIGNALS.map((signal) => {
    const handler = (): void => {
      if (seen) return onSecond(signal);
      seen = true;
      onFirst(signal);
    };
    Deno.addSignalListener(signal, handler);
    return { signal, handler };
  });
  return {
    [Symbol.dispose]: () => {
      for (const { signal, handler } of handlers) Deno.removeSignalListener(signal, handler);
    },
  };
}
