import manifest from "../../deno.json" with { type: "json" };
import { BUILD } from "./build_info.ts";

/** iteratr's version. */
export const VERSION: string = manifest.version;

/** What is running, in every respect that a report of a defect needs. */
export interface VersionInfo {
  readonly version: string;
  /** The commit it is made from; null when that is unknown. */
  readonly commit: string | null;
  /** ISO date of the build; null when running from a checkout. */
  readonly built: string | null;
  readonly deno: string;
  readonly v8: string;
  readonly typescript: string;
  readonly platform: string;
}

/** Finds out what is running. From a checkout, git is asked for the commit. */
export function versionInfo(): VersionInfo {
  const { deno, v8, typescript } = Deno.version;
  return {
    version: VERSION,
    commit: BUILD?.commit ?? checkoutCommit(),
    built: BUILD?.date ?? null,
    deno,
    v8,
    typescript,
    platform: `${Deno.build.os}-${Deno.build.arch}`,
  };
}

function checkoutCommit(): string | null {
  if (!import.meta.dirname) return null;
  try {
    const { success, stdout } = new Deno.Command("git", {
      args: ["-C", import.meta.dirname, "rev-parse", "HEAD"],
      stdin: "null",
      stderr: "null",
    }).outputSync();
    return success ? new TextDecoder().decode(stdout).trim() : null;
  } catch {
    return null;
  }
}

/** `iteratr version`, as words or as JSON. */
export function versionText(json: boolean): string {
  const info = versionInfo();
  if (json) return `${JSON.stringify(info)}\n`;
  const built = info.built === null ? "from source" : `built ${info.built}`;
  return [
    `iteratr ${info.version}`,
    `commit      ${info.commit ?? "unknown"} (${built})`,
    `deno        ${info.deno}`,
    `v8          ${info.v8}`,
    `typescript  ${info.typescript}`,
    `platform    ${info.platform}`,
    "",
  ].join("\n");
}
