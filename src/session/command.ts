import type { CommandFacts } from "./event.ts";

/** Whether a command that iteratr has run did what it was to do. */
export function isSuccess({ end, exit }: Pick<CommandFacts, "end" | "exit">): boolean {
  return end === "exited" && exit === 0;
}

/** How a command ended, for a person: `ok`, `failed (exit 1)`, `timed out`. */
export function outcomeOf({ end, exit }: Pick<CommandFacts, "end" | "exit">): string {
  switch (end) {
    case "exited":
      return exit === 0 ? "ok" : `failed (exit ${exit})`;
    case "killed":
      return "failed (ended by a signal)";
    case "timed-out":
      return "timed out";
    case "stopped":
      return "broken off";
    case "not-started":
      return "could not be started";
  }
}
