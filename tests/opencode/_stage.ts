/** A project, a sandboxed opencode and a scripted model, for whole runs of `iteratr build`. */
import { join } from "node:path";
import { denoDirectory } from "../../scripts/opencode/deno_directory.ts";
import { ensureOpencode } from "../../scripts/opencode/install.ts";
import { makeOpencodeSandbox, type SandboxPermission } from "../../scripts/opencode/sandbox.ts";
import {
  type Brain,
  type ScriptedModel,
  startScriptedModel,
} from "../../scripts/opencode/scripted_model.ts";

/** What a command of iteratr printed, and how it ended. */
export type Finished = Readonly<{ code: number; stdout: string; stderr: string }>;

/** The stage that a test plays on. */
export type Stage = Readonly<{
  project: string;
  model: ScriptedModel;
  env: Readonly<Record<string, string>>;
  /** Every process of the stage has it in its environment, as STAGE. */
  id: string;
  /** The command line of the sandboxed opencode. */
  agent: string;
  /** Starts iteratr with these arguments in the project. */
  spawn: (args: readonly string[]) => Deno.ChildProcess;
  /** Runs iteratr to its end. */
  iteratr: (...args: readonly string[]) => Promise<Finished>;
  /** The arguments of `iteratr build` on `specs/job.md` with the scripted model. */
  buildArgs: readonly string[];
  /** Runs `iteratr build` with them, and with more. */
  build: (...args: readonly string[]) => Promise<Finished>;
}>;

const MAIN = new URL("../../main.ts", import.meta.url).pathname;
/** A run that hangs is ended after this, so that the test fails and cleans up. */
const DEADLINE_MS = 120_000;

/** Sets a stage, plays the scene, and leaves nothing behind. */
export async function onStage(
  options: Readonly<{ brain: Brain; spec: string; permission?: SandboxPermission }>,
  scene: (stage: Stage) => Promise<void>,
): Promise<void> {
  const opencode = await ensureOpencode({ pinned: true });
  const id = crypto.randomUUID();
  const root = await Deno.makeTempDir({ prefix: "iteratr-stage-" });
  try {
    await using model = await startScriptedModel(options.brain);
    const project = join(root, "project");
    await Deno.mkdir(join(project, "specs"), { recursive: true });
    await Deno.writeTextFile(join(project, "specs", "job.md"), options.spec);
    const { permission } = options;
    const env = {
      ...await makeOpencodeSandbox({
        root: join(root, "home"),
        modelUrl: model.url,
        ...(permission === undefined ? {} : { permission }),
      }),
      PATH: Deno.env.get("PATH") ?? "",
      DENO_DIR: await denoDirectory(),
      STAGE: id,
    };
    await new Deno.Command("git", { args: ["init", "-q"], cwd: project }).output();
    const spawn = (args: readonly string[]): Deno.ChildProcess =>
      new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", "--quiet", MAIN, ...args],
        cwd: project,
        env,
        clearEnv: true,
        stdin: "null",
        stdout: "piped",
        stderr: "piped",
      }).spawn();
    const iteratr = async (...args: readonly string[]): Promise<Finished> => {
      const child = spawn(args);
      const timer = setTimeout(() => child.kill("SIGTERM"), DEADLINE_MS);
      try {
        const { code, stdout, stderr } = await child.output();
        const decoder = new TextDecoder();
        return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
      } finally {
        clearTimeout(timer);
      }
    };
    const agent = `'${opencode}' acp`;
    const flags = ["--headless", "--spec", "specs/job.md", "--model", "fake/m1"];
    const buildArgs = ["build", ...flags, "--agent-command", agent];
    const build = (...args: readonly string[]): Promise<Finished> => iteratr(...buildArgs, ...args);
    await scene({ id, project, model, env, agent, spawn, iteratr, buildArgs, build });
  } finally {
    killAllOf(id);
    await Deno.remove(root, { recursive: true });
  }
}

/** What a failing test may have left running. */
function killAllOf(id: string): void {
  for (const { name: pid } of Deno.readDirSync("/proc")) {
    if (!/^[0-9]+$/.test(pid) || Number(pid) === Deno.pid) continue;
    try {
      const environment = Deno.readTextFileSync(`/proc/${pid}/environ`);
      if (environment.split("\0").includes(`STAGE=${id}`)) Deno.kill(Number(pid), "SIGKILL");
    } catch {
      // Gone meanwhile, or somebody else's.
    }
  }
}
