import manifest from "../../deno.json" with { type: "json" };
import { BUILD } from "./build_info.ts";

/** iteratr's version. */
export const VERSION: string = manifest.version;

/** Version, and what it was built from, on one line. */
export function versionLine(): string {
  const from = BUILD === undefined ? "from source" : `${BUILD.commit.slice(0, 12)}, ${BUILD.date}`;
  return `iteratr ${VERSION} (${from})`;
}
