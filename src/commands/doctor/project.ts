import { resolveConfig, type Resolved } from "../../config/resolve.ts";
import type { Config } from "../../config/table.ts";
import { git } from "../../git/git.ts";
import { workTree } from "../../git/work_tree.ts";
import { loadHooks } from "../../hooks/hooks_file.ts";
import { messageOf, UserError } from "../../platform/failure.ts";
import { plural } from "../../platform/text.ts";
import type { CommandWorld } from "../context.ts";
import { dubious, type Finding, fine, wrong } from "./finding.ts";

/** What the configuration of a project comes to; without one, a run could not even begin. */
export interface ProjectFindings {
  readonly resolved: Resolved | undefined;
  readonly findings: readonly Finding[];
}

/** Looks at the root and at what is configured. */
export function projectFindings(
  root: string,
  flags: ReadonlyMap<string, string>,
  env: CommandWorld["env"],
): ProjectFindings {
  try {
    const resolved = resolveConfig({ root, env, flags });
    const files = resolved.files.filter(({ isThere }) => isThere).map(({ path }) => path);
    const { model } = resolved.config;
    const findings = [
      fine("root", root),
      fine("config", files.length === 0 ? "no file; defaults" : files.join(", ")),
      model === undefined
        ? dubious("model", "none is set", "Set it: iteratr config set model provider/model")
        : fine("model", model),
    ];
    return { resolved, findings };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const mend = error.hints.join("; ") || "Fix the file";
    return { resolved: undefined, findings: [wrong("config", messageOf(error), mend)] };
  }
}

/** Whether there is git, and a work tree. */
export async function gitFinding(root: string): Promise<Finding> {
  const { ok, stdout } = await git(root, ["--version"]);
  if (!ok) return wrong("git", "not found", "Install git");
  const version = stdout.trim().replace(/^git version /, "");
  const tree = await workTree(root);
  return tree === undefined
    ? dubious("git", `${version}; ${root} is in no work tree`, "Begin one: git init")
    : fine("git", `${version}; work tree ${tree}`);
}

/** Whether the hooks of the project can be read. */
export function hooksFinding(root: string): Finding {
  try {
    const hooks = Object.values(loadHooks(root)).flat();
    return fine("hooks", hooks.length === 0 ? "none" : `${plural(hooks.length, "hook")}, valid`);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return wrong("hooks", messageOf(error), error.hints.join("; ") || "Fix the file");
  }
}

/** Whether anything proves that a session is done. */
export function gatesFinding({ verify }: Config): Finding {
  if (verify.length > 0) return fine("gates", verify.map(({ name }) => name).join(", "));
  return dubious(
    "gates",
    "none: nothing proves that a finished session is done",
    "Name a command that has to succeed: iteratr config set verify 'your test command'",
  );
}
