import assert from "node:assert/strict";
import { denoDirectory } from "../../scripts/opencode/deno_directory.ts";
import { joinPath } from "../../src/platform/paths.ts";
import { shellQuote } from "../../src/platform/words.ts";
import type { StoredEvent } from "../../src/session/event.ts";
import type { Note } from "../../src/session/note.ts";
import type { Head, Iteration } from "../../src/session/state.ts";
import type { Task } from "../../src/session/task.ts";
import { openStore } from "../../src/store/open.ts";
import {
  readEvents,
  readHead,
  readIterations,
  readNotes,
  readTasks,
} from "../../src/store/read.ts";
import { isObject } from "./_json.ts";
import { endProcesses, processesWith } from "./_processes.ts";
import { type Finished, Run } from "./_run.ts";

const MAIN = new URL("../../main.ts", import.meta.url).pathname;
const FAKE = new URL("../fake_agent/main.ts", import.meta.url).pathname;

let cache: Promise<string> | undefined;

/** How a run is started, where it differs from the usual. */
export interface StartOptions {
  /** On top of the stage's environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Relative to the project. */
  readonly cwd?: string;
  /** A shell command that starts what its arguments (`"$@"`) say. */
  readonly through?: string;
}

/** What a session's part of the store holds. */
export interface Seen {
  readonly head: Head;
  readonly tasks: readonly Task[];
  readonly notes: readonly Note[];
  readonly iterations: readonly Iteration[];
  readonly events: readonly StoredEvent[];
}

/**
 * A place for whole runs: a project in git with a spec, a home directory, a directory for temporary
 * files. Each process that is started here carries the stage's home in its environment, whoever
 * started it; by that mark they are found, and none is left when the stage is disposed of.
 */
export class Stage implements AsyncDisposable {
  readonly root: string;

  private constructor(root: string) {
    this.root = root;
  }

  /** @param spec the spec's path in the project. */
  static async make(spec = "specs/SPEC.md"): Promise<Stage> {
    cache ??= denoDirectory();
    const stage = new Stage(
      await Deno.realPath(await Deno.makeTempDir({ prefix: "iteratr-test-" })),
    );
    for (const name of ["project/specs", "home", "tmp", "bin"]) {
      await Deno.mkdir(stage.join(name), { recursive: true });
    }
    await Deno.writeTextFile(stage.project(spec), "# A few files\n\nWrite them.\n");
    const git = await new Deno.Command("sh", {
      args: ["-c", "git init -q && git add -A && git commit -q -m start"],
      cwd: stage.project(),
      env: await stage.environment({
        GIT_AUTHOR_NAME: "A",
        GIT_AUTHOR_EMAIL: "a@example.org",
        GIT_COMMITTER_NAME: "A",
        GIT_COMMITTER_EMAIL: "a@example.org",
      }),
      clearEnv: true,
    }).output();
    assert.ok(git.success, new TextDecoder().decode(git.stderr));
    return stage;
  }

  join(...parts: readonly string[]): string {
    return joinPath(this.root, ...parts);
  }

  /** A path in the project. */
  project(...parts: readonly string[]): string {
    return this.join("project", ...parts);
  }

  /** The text of a file below the root; empty when there is none. */
  read(name: string): string {
    try {
      return Deno.readTextFileSync(this.join(name));
    } catch {
      return "";
    }
  }

  /** Writes a program that shadows others of its name. */
  async writeProgram(name: string, script: string): Promise<string> {
    const path = this.join("bin", name);
    await Deno.writeTextFile(path, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    return path;
  }

  /** The command of the fake agent in a scenario (`tests/fake_agent/main.ts`), which keeps a log. */
  agent(scenario: string): string {
    const words = [Deno.execPath(), "run", "-A", FAKE, ...scenario.split(" ")];
    return [...words, `log=${this.join("log")}`].map(shellQuote).join(" ");
  }

  /** What the fake's log says that the client has sent it, of one method. */
  sent(method: string): readonly Readonly<Record<string, unknown>>[] {
    return this.#log().map((entry) => entry["frame"]).filter(isObject)
      .filter((frame) => frame["method"] === method)
      .map(({ params }) => isObject(params) ? params : {});
  }

  /** The texts of the prompts that the fake got. */
  prompts(): readonly string[] {
    return this.sent("session/prompt").map(({ prompt }) => {
      const [block]: readonly unknown[] = Array.isArray(prompt) ? prompt : [];
      return isObject(block) ? String(block["text"]) : "";
    });
  }

  /** How many times a fake was started. */
  starts(): number {
    return this.#log().filter(({ event }) => event === "start").length;
  }

  #log(): readonly Readonly<Record<string, unknown>>[] {
    return this.read("log").split("\n").filter((line) => line !== "")
      .map((line): unknown => JSON.parse(line)).filter(isObject);
  }

  /** Starts `iteratr` with these arguments in the project. */
  async iteratr(args: readonly string[], options: StartOptions = {}): Promise<Run> {
    const { through = 'exec "$@"', cwd = "." } = options;
    const self = [Deno.execPath(), "run", "-A", "--quiet", MAIN, ...args];
    return new Run(
      new Deno.Command("/bin/sh", {
        args: ["-c", through, "sh", ...self],
        cwd: this.project(cwd),
        env: await this.environment(options.env),
        clearEnv: true,
        stdin: "null",
        stdout: "piped",
        stderr: "piped",
      }).spawn(),
    );
  }

  /** Starts `iteratr build` with a fake agent in a scenario. */
  start(
    scenario: string,
    flags: readonly string[] = [],
    options: StartOptions = {},
  ): Promise<Run> {
    // Commits have tests of their own; here they would only be in the way.
    const agent = ["--agent-command", this.agent(scenario)];
    const usual = ["build", "--model", "fake/m1", "--no-auto-commit", ...agent];
    return this.iteratr([...usual, ...flags], options);
  }

  /** Runs `iteratr build` to its end, which must leave neither a process nor a temporary file. */
  async build(
    scenario: string,
    flags: readonly string[] = [],
    options: StartOptions = {},
  ): Promise<Finished> {
    await using run = await this.start(scenario, flags, options);
    return await this.ended(run);
  }

  /** Runs any command of iteratr to its end, as {@linkcode build} does. */
  async run(args: readonly string[], options: StartOptions = {}): Promise<Finished> {
    await using run = await this.iteratr(args, options);
    return await this.ended(run);
  }

  /** Waits for the end of a run, which must leave neither a process nor a temporary file. */
  async ended(run: Run): Promise<Finished> {
    const finished = await run.finished();
    assert.deepEqual(this.processes(), [], "processes of the run are left");
    assert.deepEqual(this.strays(), [], "temporary files of the run are left");
    return finished;
  }

  /** The processes that were started here, by whomever. */
  processes(): readonly number[] {
    return processesWith(`HOME=${this.join("home")}`);
  }

  /** What lies in the directory for temporary files. */
  strays(): readonly string[] {
    return Array.from(Deno.readDirSync(this.join("tmp")), ({ name }) => name);
  }

  /** Removes what a process that was killed could not. */
  async removeStrays(): Promise<void> {
    for (const name of this.strays()) {
      await Deno.remove(this.join("tmp", name), { recursive: true });
    }
  }

  /** What the store holds of a session. No run may be going on. */
  async session(name = "SPEC", directory = this.project(".iteratr")): Promise<Seen> {
    await using store = await openStore({ directory, create: false });
    const head = await readHead(store, name);
    assert.ok(head !== undefined, `there is no session ${name}`);
    return {
      head,
      tasks: await readTasks(store, name, head),
      notes: await readNotes(store, name, head),
      iterations: await readIterations(store, name, head),
      events: await Array.fromAsync(readEvents(store, name, head, 0)),
    };
  }

  /** What processes get that are started here. */
  async environment(
    more: Readonly<Record<string, string>> = {},
  ): Promise<Readonly<Record<string, string>>> {
    return {
      PATH: `${this.join("bin")}:${Deno.env.get("PATH")}`,
      HOME: this.join("home"),
      TMPDIR: this.join("tmp"),
      DENO_DIR: await (cache ??= denoDirectory()),
      ...more,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await endProcesses(() => this.processes());
    await Deno.remove(this.root, { recursive: true });
  }
}

/** The data of a session's events of one type. */
export function dataOf(
  { events }: Seen,
  type: string,
): readonly Readonly<Record<string, unknown>>[] {
  return events.filter((event) => event.type === type)
    .map(({ data }) => isObject(data) ? data : {});
}
