/** Signals that a person or the system ends a run with. */
const ENDING_SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** One of {@linkcode ENDING_SIGNALS}. */
export type EndingSignalName = typeof ENDING_SIGNALS[number];

/** The same signal again within this time is the same event. */
const ECHO_MS = 200;

/** The bit of SIGHUP in the masks that the system shows. */
const HANGUP_BIT = 1n;

/**
 * Listens for ending signals. A SIGHUP that was ignored when the process was started (`nohup`) stays
 * ignored.
 *
 * @returns stops listening when disposed.
 */
export function onEndingSignal(
  onFirst: (signal: EndingSignalName) => void,
  onSecond: (signal: EndingSignalName) => void,
): Disposable {
  let seen: { readonly signal: EndingSignalName; readonly at: number } | undefined;
  // Deno takes the ignoring of SIGHUP back as soon as it listens for any signal: so it is listened for
  // in any case, and then passed over. Asked before the first listener, while it still shows.
  const passedOver = ignoresHangup() ? "SIGHUP" : undefined;
  const handlers = ENDING_SIGNALS.map((signal) => {
    const handler = (): void => {
      if (signal === passedOver) return;
      const now = performance.now();
      if (seen === undefined) {
        seen = { signal, at: now };
        return onFirst(signal);
      }
      // A closing terminal sends SIGHUP, and its shell sends it again; a wrapper passes on what the
      // whole group has got anyway. Neither is somebody who has lost patience.
      const isEcho = signal === seen.signal && (signal === "SIGHUP" || now - seen.at < ECHO_MS);
      if (!isEcho) onSecond(signal);
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

function ignoresHangup(): boolean {
  const mask = Deno.build.os === "linux" ? maskFromProc() : maskFromPs();
  return (mask & HANGUP_BIT) !== 0n;
}

function maskFromProc(): bigint {
  try {
    const status = Deno.readTextFileSync("/proc/self/status");
    return BigInt(`0x${/^SigIgn:\s*([0-9a-f]+)/m.exec(status)?.[1] ?? "0"}`);
  } catch {
    return 0n;
  }
}

function maskFromPs(): bigint {
  try {
    const { stdout } = new Deno.Command("ps", {
      args: ["-o", "sigignore=", "-p", String(Deno.pid)],
      stderr: "null",
    }).outputSync();
    return BigInt(`0x${new TextDecoder().decode(stdout).trim() || "0"}`);
  } catch {
    return 0n;
  }
}
