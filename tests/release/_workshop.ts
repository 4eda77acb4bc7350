import assert from "node:assert/strict";
import { copyFile, cp, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { denoDirectory } from "../../scripts/opencode/deno_directory.ts";

/** The checkout that these tests belong to. */
export const CHECKOUT = fileURLToPath(new URL("../../", import.meta.url));

/** What a process printed, and how it ended. */
export interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How to run a program besides its command line. */
export interface RunOptions {
  readonly cwd: string;
  /** All that it gets besides PATH. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs a program to its end, in an environment of nothing but PATH and what is given. */
export async function run(
  [program = "", ...args]: readonly string[],
  { cwd, env }: RunOptions,
): Promise<Finished> {
  const { code, stdout, stderr } = await new Deno.Command(program, {
    args,
    cwd,
    clearEnv: true,
    env: { PATH: Deno.env.get("PATH") ?? "", NO_COLOR: "1", ...env },
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

/** A temporary directory to build things in, gone when the test ends, however it ends. */
export class Workshop implements AsyncDisposable {
  readonly path: string;
  /** What a program needs to find Deno's caches as they are. */
  readonly caches: Readonly<Record<string, string>>;

  private constructor(path: string, caches: Readonly<Record<string, string>>) {
    this.path = path;
    this.caches = caches;
  }

  static async make(): Promise<Workshop> {
    const path = await Deno.makeTempDir({ prefix: "iteratr-release-" });
    const workshop = new Workshop(path, { DENO_DIR: await denoDirectory(), HOME: path });
    await mkdir(workshop.join(".git"));
    return workshop;
  }

  join(...parts: readonly string[]): string {
    return join(this.path, ...parts);
  }

  /** Runs a script of Deno with its caches; it must succeed, and gives what was printed. */
  async deno(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<string> {
    const finished = await run([Deno.execPath(), ...args], {
      cwd: this.path,
      env: { ...this.caches, ...env },
    });
    assert.equal(finished.code, 0, finished.stderr);
    return finished.stdout;
  }

  /** Bundles the checkout into a directory. */
  async bundle(directory: string, env: Readonly<Record<string, string>> = {}): Promise<void> {
    const script = join(CHECKOUT, "scripts", "release", "bundle.ts");
    await this.deno(["run", "-A", script, "--outdir", directory], env);
  }

  /** Copies the checkout into the directory `copy`; gives the path of the bundling script there. */
  async copyScript(): Promise<string> {
    await this.copyCheckout(this.join("copy"));
    return this.join("copy", "scripts", "release", "bundle.ts");
  }

  /** Copies what a program is built from into a directory. */
  async copyCheckout(directory: string): Promise<void> {
    await mkdir(directory, { recursive: true });
    for (const name of ["main.ts", "deno.json", "deno.lock"]) {
      await copyFile(join(CHECKOUT, name), join(directory, name));
    }
    for (const name of ["src", "scripts"]) {
      await cp(join(CHECKOUT, name), join(directory, name), { recursive: true });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }
}
