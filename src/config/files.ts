import { exists, joinPath } from "../platform/paths.ts";
import { CONFIG_FILE } from "./root.ts";

/** A file of the configuration. */
export interface ConfigFile {
  readonly kind: "global" | "project";
  readonly path: string;
  readonly isThere: boolean;
}

/** The paths of the two files. A global file needs a home directory. */
export function configFiles(
  root: string,
  env: (name: string) => string | undefined,
): readonly ConfigFile[] {
  const xdg = env("XDG_CONFIG_HOME");
  const home = env("HOME");
  const base = xdg?.startsWith("/") ? xdg : home ? joinPath(home, ".config") : undefined;
  const project = joinPath(root, CONFIG_FILE);
  const files: ConfigFile[] = [{ kind: "project", path: project, isThere: exists(project) }];
  if (base === undefined) return files;
  const global = joinPath(base, "iteratr", CONFIG_FILE);
  return [{ kind: "global", path: global, isThere: exists(global) }, ...files];
}
