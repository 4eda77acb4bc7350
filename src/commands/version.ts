import manifest from "../../deno.json" with { type: "json" };

/** iteratr's version. */
export const VERSION: string = manifest.version;
