import { type Clock, systemClock } from "../../src/platform/clock.ts";
import { endMarkedProcesses, RUN_MARK, sendSignal } from "../../src/platform/marked_processes.ts";
import { joinPath } from "../../src/platform/paths.ts";
import { processIdentity } from "../../src/platform/process_identity.ts";
import { runShell, type ShellCommand, type ShellResult } from "../../src/platform/shell_command.ts";
import { soon } from "../support/soon.ts";

/** A directory in which commands are run; what they have started is ended with it. */
export class ShellStage implements AsyncDisposable {
  readonly path: string;
  readonly #run = crypto.randomUUID();
  readonly #results: ShellResult[] = [];

  private constructor(path: string) {
    this.path = path;
  }

  static async make(): Promise<ShellStage> {
    return new ShellStage(await Deno.makeTempDir({ prefix: "iteratr-test-" }));
  }

  /** The environment that commands get unless told otherwise. */
  get env(): Readonly<Record<string, string>> {
    return { PATH: Deno.env.get("PATH") ?? "", [RUN_MARK]: this.#run };
  }

  join(name: string): string {
    return joinPath(this.path, name);
  }

  async run(script: string, options: Partial<ShellCommand> = {}): Promise<ShellResult> {
    const result = await soon(
      "the command",
      runShell({
        script,
        cwd: this.path,
        env: this.env,
        timeoutMs: 0,
        stop: new AbortController().signal,
        clock: systemClock,
        keptBytes: 10_000,
        leftovers: "kill",
        ...options,
      }),
    );
    this.#results.push(result);
    return result;
  }

  /** Runs a command that is stopped as soon as a file is there. */
  async runUntil(file: string, script: string): Promise<ShellResult> {
    const stop = new AbortController();
    const [result] = await Promise.all([
      this.run(script, { stop: stop.signal }),
      this.appears(file).finally(() => stop.abort()),
    ]);
    return result;
  }

  /** Options under which the time is over as soon as a file is there. */
  timeoutAt(file: string): Partial<ShellCommand> {
    const timeoutMs = 123_456;
    const clock: Clock = {
      ...systemClock,
      sleep: (ms, signal) =>
        ms === timeoutMs ? this.appears(file, signal) : systemClock.sleep(ms, signal),
    };
    return { timeoutMs, clock };
  }

  /** Waits until a file is there, and not empty; or for the signal. */
  async appears(file: string, signal?: AbortSignal): Promise<void> {
    await until(`the file ${file}`, () => this.read(file) !== "", signal);
  }

  /** The text of a file; empty when it is not there. */
  read(file: string): string {
    try {
      return Deno.readTextFileSync(this.join(file));
    } catch {
      return "";
    }
  }

  /** The process numbers that commands have written into the file `pids`. */
  pids(): readonly number[] {
    return this.read("pids").split("\n").filter((line) => line !== "").map(Number);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { left } of this.#results) await left?.end();
    if (Deno.build.os === "linux") {
      await endMarkedProcesses(this.#run, (ms) => systemClock.sleep(ms));
    } else for (const pid of this.pids()) sendSignal(pid, "SIGKILL");
    await Deno.remove(this.path, { recursive: true });
  }
}

/** Waits until a condition holds, or for the signal; in vain for so long, and then the test fails. */
async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  signal?: AbortSignal,
): Promise<void> {
  for (let tries = 0; !signal?.aborted && !await holds(); tries++) {
    if (tries === 2_500) throw new Error(`waited in vain for ${what}`);
    await systemClock.sleep(10, signal);
  }
}

/** Whether every one of these processes is alive. */
export async function areAlive(pids: readonly number[]): Promise<boolean> {
  const identities = await Promise.all(pids.map(processIdentity));
  return pids.length > 0 && identities.every((identity) => identity !== undefined);
}

/** Waits until none of these processes is alive. */
export async function areGone(pids: readonly number[]): Promise<void> {
  await until(`the end of ${pids}`, async () => {
    const identities = await Promise.all(pids.map(processIdentity));
    return identities.every((identity) => identity === undefined);
  });
}
