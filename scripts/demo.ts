/**
 * `deno task demo`: a whole run on a sample spec, to watch. The agent is the real opencode, its model
 * is a script on loopback, and everything happens in a temporary directory that goes away afterwards.
 */
import { join } from "node:path";
import { denoDirectory } from "./opencode/deno_directory.ts";
import { diligentWorker } from "./opencode/diligent_worker.ts";
import { ensureOpencode } from "./opencode/install.ts";
import { makeOpencodeSandbox } from "./opencode/sandbox.ts";
import { startScriptedModel } from "./opencode/scripted_model.ts";
import type { Step } from "./opencode/step.ts";

const SPEC = `# A greeter

A shell script that greets whoever is named on its command line, with a note on how to use it.

## Tasks

- [ ] Write the greeter in \`greet.sh\`
- [ ] Write a check of it in \`check.sh\` (after: 1)
- [ ] Say how to use it in \`USAGE.md\` (after: 1, 2)
`;

const FILES: Readonly<Record<string, string>> = {
  "greet.sh": '#!/bin/sh\necho "Hello, ${1:-world}!"\n',
  "check.sh": '#!/bin/sh\n[ "$(sh greet.sh Ada)" = "Hello, Ada!" ] && echo "the greeter greets"\n',
  "USAGE.md": "# Usage\n\n    sh greet.sh Ada\n",
};

const say = (line: string): void => {
  Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
};

async function inDirectory(
  cwd: string,
  env: Readonly<Record<string, string>>,
  command: readonly [string, ...string[]],
): Promise<number> {
  const [program, ...args] = command;
  const child = new Deno.Command(program, { args, cwd, env: { ...env }, stdin: "null" }).spawn();
  return (await child.status).code;
}

async function demo(root: string): Promise<number> {
  const opencode = await ensureOpencode({ say });
  const worker = diligentWorker({
    content: (_task, path) => FILES[path.split("/").at(-1) ?? ""] ?? "",
    check: (task) => {
      const test = task.includes("check.sh") ? "sh check.sh && " : "";
      return `${test}git add -A && git commit -q -m '${task.replaceAll(/[\`']/g, "")}'`;
    },
  });
  await using model = await startScriptedModel(async (conversation): Promise<Step> => {
    const step = await worker(conversation);
    // Slow enough to be watched.
    return step.kind === "text" ? { ...step, chunks: 8, delayMs: 30 } : step;
  });
  const project = join(root, "project");
  await Deno.mkdir(join(project, "specs"), { recursive: true });
  await Deno.writeTextFile(join(project, "specs", "greeter.md"), SPEC);
  const env = {
    ...await makeOpencodeSandbox({ root: join(root, "home"), modelUrl: model.url }),
    DENO_DIR: await denoDirectory(),
    GIT_AUTHOR_NAME: "iteratr demo",
    GIT_AUTHOR_EMAIL: "demo@localhost",
    GIT_COMMITTER_NAME: "iteratr demo",
    GIT_COMMITTER_EMAIL: "demo@localhost",
    ITERATR_RUN: "",
  };
  await inDirectory(project, env, ["git", "init", "-q", "-b", "main"]);
  say(
    `The project is in ${project}, which is removed afterwards; its spec:\n\n${
      SPEC.replaceAll(/^/gm, "    ")
    }`,
  );
  const main = new URL("../main.ts", import.meta.url).pathname;
  const code = await inDirectory(project, env, [
    Deno.execPath(),
    "run",
    "-A",
    "--quiet",
    main,
    "build",
    "--headless",
    "--verify",
    "sh check.sh",
    "--spec",
    "specs/greeter.md",
    "--model",
    "fake/m1",
    "--agent-command",
    `'${opencode}' acp`,
  ]);
  say("\nWhat the agent has left behind:");
  await inDirectory(project, env, ["git", "--no-pager", "log", "--oneline", "--stat", "--reverse"]);
  return code;
}

const root = await Deno.makeTempDir({ prefix: "iteratr-demo-" });
let code = 1;
try {
  code = await demo(root);
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
} finally {
  await Deno.remove(root, { recursive: true }).catch(() => undefined);
}
Deno.exit(code);
