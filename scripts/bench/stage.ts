import { sendSignal } from "../../src/platform/marked_processes.ts";
import { joinPath } from "../../src/platform/paths.ts";
import { bundle } from "../release/bundle.ts";
import { LineProcess } from "./line_process.ts";
import { seed } from "./seed.ts";

const KEPT = ["PATH", "HOME", "DENO_DIR"];

/** A command line for Deno, and what is to be in its environment besides what Deno needs. */
export interface DenoCommand {
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** A program on the stage, where it differs from the usual. */
export interface ProgramOptions {
  /** A directory on the stage; the stage itself when left out. */
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly stdout: "null" | "piped";
}

/** Where a benchmark happens: a temporary directory, and the processes started in it. */
export class Stage implements AsyncDisposable {
  readonly #path: string;
  readonly #children = new Set<Deno.ChildProcess>();
  readonly #environment: Readonly<Record<string, string>>;
  readonly #stores = new Map<number, Promise<string>>();
  #bundle: Promise<string> | undefined;
  #isStruck = false;

  private constructor(path: string) {
    this.#path = path;
    this.#environment = Object.fromEntries(KEPT.flatMap((name) => {
      const value = Deno.env.get(name);
      return value === undefined ? [] : [[name, value]];
    }));
  }

  static async make(): Promise<Stage> {
    const path = await Deno.makeTempDir({ prefix: "iteratr-bench-" });
    // The root is never looked for above a repository, so what else lies in /tmp does not matter.
    await Deno.mkdir(joinPath(path, ".git"));
    return new Stage(path);
  }

  /** A path on the stage. */
  path(name: string): string {
    if (this.#isStruck) throw new Error("the benchmark is being ended");
    return joinPath(this.#path, name);
  }

  /** The start file of the program's bundle, which is made when it is first asked for. */
  bundle(): Promise<string> {
    const make = async (): Promise<string> => {
      const directory = this.path("bundle");
      await bundle(directory);
      return joinPath(directory, "main.js");
    };
    return this.#bundle ??= make();
  }

  /**
   * A data directory whose session {@linkcode SESSION} holds so many messages, made when it is first
   * asked for. Nothing of this process has it open.
   */
  store(messages: number): Promise<string> {
    const make = async (): Promise<string> => {
      const directory = this.path(`store-${messages}`);
      await seed(directory, messages);
      return directory;
    };
    const made = this.#stores.get(messages) ?? make();
    this.#stores.set(messages, made);
    return made;
  }

  /**
   * Runs Deno to its end.
   *
   * @returns how many milliseconds that took.
   * @throws {Error} when it fails; what it says on stderr is there to be read.
   */
  async run(command: DenoCommand): Promise<number> {
    const start = performance.now();
    const { code } = await this.#spawn(command, "null").status;
    const ms = performance.now() - start;
    if (code !== 0) throw new Error(`deno ${command.args.join(" ")} has failed (exit ${code})`);
    return ms;
  }

  /** Starts a script of `processes/`, whose lines are to be read. */
  start(script: string, ...args: readonly string[]): LineProcess {
    const path = new URL(`processes/${script}`, import.meta.url).pathname;
    return new LineProcess(this.#spawn({ args: ["run", "-A", "--quiet", path, ...args] }, "piped"));
  }

  /** Starts any program, which the stage ends at the latest when it ends itself. */
  open(
    [program, ...args]: readonly [string, ...string[]],
    { cwd = ".", env = {}, stdout }: ProgramOptions,
  ): Deno.ChildProcess {
    return this.#track(
      new Deno.Command(program, {
        args,
        cwd: this.path(cwd),
        clearEnv: true,
        env: { ...this.#environment, ...env },
        stdin: "null",
        stdout,
        stderr: "null",
      }).spawn(),
    );
  }

  /** Ends what is still going on and removes the directory. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStruck = true;
    for (const { pid } of this.#children) sendSignal(pid, "SIGKILL");
    await Promise.all(Array.from(this.#children, (child) => child.status));
    await Deno.remove(this.#path, { recursive: true });
  }

  #spawn({ args, env }: DenoCommand, mode: "null" | "piped"): Deno.ChildProcess {
    return this.#track(
      new Deno.Command(Deno.execPath(), {
        args: [...args],
        cwd: this.path("."),
        clearEnv: true,
        env: { ...this.#environment, ...env },
        stdin: mode,
        stdout: mode,
      }).spawn(),
    );
  }

  #track(child: Deno.ChildProcess): Deno.ChildProcess {
    this.#children.add(child);
    child.status.finally(() => this.#children.delete(child));
    return child;
  }
}
