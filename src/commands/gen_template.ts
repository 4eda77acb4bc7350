import { annotatedTemplate } from "../prompt/annotated_template.ts";
import { UserError } from "../platform/failure.ts";
import { findRoot } from "../config/root.ts";
import { exists, joinPath, parentPath, relativeTo } from "../platform/paths.ts";
import { writeFileAtomically } from "../platform/atomic_file.ts";
import type { CommandWorld } from "./context.ts";

const DEFAULT_FILE = ".iteratr.template";

/** The flags of `iteratr gen-template`. */
export interface GenTemplateFlags {
  readonly output?: string;
  readonly force?: boolean;
}

/** `iteratr gen-template`: writes the built-in template, with what each variable is, to a file. */
export function genTemplate(flags: GenTemplateFlags, world: CommandWorld): void {
  const given = flags.output ?? DEFAULT_FILE;
  if (given === "") throw new UserError("--output must not be empty");
  const path = joinPath(world.cwd, given);
  if (!exists(parentPath(path))) {
    throw new UserError(`--output: the directory ${parentPath(path)} does not exist`);
  }
  if (exists(path) && flags.force !== true) {
    throw new UserError(`${given} already exists: --force overwrites it`);
  }
  try {
    writeFileAtomically(path, annotatedTemplate());
  } catch (error) {
    const why = error instanceof Deno.errors.PermissionDenied
      ? "permission denied"
      : error instanceof Error
      ? error.message
      : String(error);
    throw new UserError(`${given} cannot be written: ${why}`);
  }
  // A template is looked for from the root, wherever one is.
  const root = findRoot(world.cwd, world.env("HOME") || undefined);
  world.stdout(`${given} is written; use it with --template ${relativeTo(root, path)}\n`);
}
