import type { CommandWorld } from "../../src/commands/context.ts";
import { UserError } from "../../src/platform/failure.ts";
import type { Place } from "../support/place.ts";

/** A world for commands that run in the test's own process. */
export class World implements CommandWorld {
  stdoutText = "";
  stderrText = "";
  readonly cwd: string;
  readonly env: (name: string) => string | undefined;

  constructor(place: Place, env: Readonly<Record<string, string>> = {}, cwd = place.path) {
    const all: Readonly<Record<string, string>> = { HOME: place.join("home"), ...env };
    this.cwd = cwd;
    this.env = (name) => all[name];
  }

  stdout(text: string): void {
    this.stdoutText += text;
  }

  stderr(text: string): void {
    this.stderrText += text;
  }
}

/** The message that a command refuses with; throws when it does not, or for another reason. */
export function refusal(command: () => void): string {
  try {
    command();
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
  throw new Error("it was not refused");
}
