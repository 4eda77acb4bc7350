import { shellQuote } from "../../src/platform/words.ts";
import type { Stage } from "../build/_stage.ts";

const MAIN = new URL("../../main.ts", import.meta.url).pathname;

/** A screen that does not come to show something is given up after this. */
const DEADLINE_MS = 30_000;

let opened = 0;

/** How large a terminal is, and what else its processes find in their environment. */
export interface TerminalOptions {
  readonly columns?: number;
  readonly lines?: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** A shell in a real terminal, of a tmux server of its own; both are gone when it is disposed of. */
export class Terminal implements AsyncDisposable {
  readonly #stage: Stage;
  readonly #socket: string;
  readonly #env: Readonly<Record<string, string>>;

  private constructor(stage: Stage, socket: string, env: Readonly<Record<string, string>>) {
    this.#stage = stage;
    this.#socket = socket;
    this.#env = env;
  }

  /** Opens a terminal, with a shell in the stage's project. */
  static async open(stage: Stage, options: TerminalOptions = {}): Promise<Terminal> {
    const { columns = 80, lines = 30 } = options;
    const env = { ...await stage.environment(options.env), PS1: "> ", LC_ALL: "C.UTF-8" };
    const terminal = new Terminal(stage, stage.join(`tmux-${++opened}`), env);
    const size = ["-x", String(columns), "-y", String(lines)];
    await terminal.#tmux("-f", "/dev/null", "new-session", "-d", ...size, "/bin/sh", "-i");
    await terminal.until((screen) => screen.includes(">"));
    return terminal;
  }

  /** Types a line of a shell: `iteratr ARGS`, and `after` behind it. */
  async iteratr(
    args: readonly string[],
    after = '; echo "code $?"',
    name = "iteratr.sh",
  ): Promise<void> {
    const self = [Deno.execPath(), "run", "-A", "--quiet", MAIN, ...args].map(shellQuote).join(" ");
    await Deno.writeTextFile(this.#stage.join(name), `exec ${self}\n`);
    await this.type(`sh ../${name}${after}`);
  }

  /** Types `iteratr build` with a fake agent in a scenario. */
  async build(
    scenario: string,
    flags: readonly string[] = [],
    after?: string,
  ): Promise<void> {
    const agent = ["--agent-command", this.#stage.agent(scenario)];
    await this.iteratr(["build", "--model", "fake/m1", ...agent, ...flags], after);
  }

  /** Types a line, and Enter. */
  async type(line: string): Promise<void> {
    await this.#tmux("send-keys", "-l", line);
    await this.key("Enter");
  }

  /** Presses a key, by tmux' name of it. */
  async key(name: string): Promise<void> {
    await this.#tmux("send-keys", name);
  }

  /** All that was shown so far, line by line as the screen has it. */
  async shown(): Promise<string> {
    return await this.#capture();
  }

  /** The same, with the codes of its colours. */
  async shownInColour(): Promise<string> {
    return await this.#capture("-e");
  }

  /** The same as lines were printed, however the terminal has broken them. */
  async printed(): Promise<string> {
    return await this.#capture("-J");
  }

  /** Waits until a condition holds of what is shown. */
  async until(condition: (shown: string) => boolean): Promise<string> {
    const end = Date.now() + DEADLINE_MS;
    for (;;) {
      const shown = await this.shown();
      if (condition(shown)) return shown;
      if (Date.now() > end) throw new Error(`waited in vain; the terminal shows\n${shown}`);
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
  }

  /** Waits for the end of what {@linkcode iteratr} has started; gives its code. */
  async code(): Promise<number> {
    const shown = await this.until((text) => /^code \d+$/m.test(text));
    return Number(/^code (\d+)$/m.exec(shown)?.[1]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#tmux("kill-server").catch(() => undefined);
  }

  async #capture(...how: readonly string[]): Promise<string> {
    return (await this.#tmux("capture-pane", "-p", "-S", "-", ...how)).trimEnd();
  }

  async #tmux(...args: readonly string[]): Promise<string> {
    const { success, stdout, stderr } = await new Deno.Command("tmux", {
      args: ["-S", this.#socket, ...args],
      cwd: this.#stage.project(),
      env: this.#env,
      clearEnv: true,
      stdin: "null",
    }).output().catch((error: unknown) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      throw new Error(
        "the tests in a terminal need tmux; install it: apt-get install tmux, or brew install tmux",
      );
    });
    const decoder = new TextDecoder();
    if (!success) throw new Error(`tmux ${args[0]}: ${decoder.decode(stderr)}`);
    return decoder.decode(stdout);
  }
}
