import { accessSync, constants } from "node:fs";
import { exists, parentPath } from "./paths.ts";

/** Why a directory cannot be written, or be made when it is not there; `undefined` when it can. */
export function unwritable(path: string): string | undefined {
  let at = path;
  while (!exists(at) && at !== "/") at = parentPath(at);
  try {
    accessSync(at, constants.W_OK | constants.X_OK);
    return Deno.statSync(at).isDirectory ? undefined : `${at} is no directory`;
  } catch {
    return at === path ? "permission denied" : `permission denied in ${at}`;
  }
}
