/**
 * `deno task compile [--target T]`: one executable with everything in it. The runtime that goes into it
 * is Deno's own `denort`: the file that DENORT_BIN names, else Deno's cached copy, else a download.
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { denoDirectory } from "../opencode/deno_directory.ts";
import { bundle, BUNDLE_DIRECTORY, CHECKOUT } from "./bundle.ts";

const TARGETS = [
  "x86_64-unknown-linux-gnu",
  "aarch64-unknown-linux-gnu",
  "x86_64-apple-darwin",
  "aarch64-apple-darwin",
] as const;

function write(file: { writeSync(bytes: Uint8Array): number }, line: string): void {
  file.writeSync(new TextEncoder().encode(`${line}\n`));
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

/** Where `deno compile` looks for a runtime before it asks the Deno release host. */
async function lookedFor(target: string): Promise<string> {
  const own = Deno.env.get("DENORT_BIN");
  const zip = `denort-${target}.zip`;
  const cached = join(await denoDirectory(), "dl", "release", `v${Deno.version.deno}`, zip);
  const there = async (path: string): Promise<string> =>
    await exists(path) ? "there, but not usable" : "not there";
  return [
    own === undefined ? "DENORT_BIN (not set)" : `DENORT_BIN=${own} (${await there(own)})`,
    `${cached} (${await there(cached)})`,
    "the Deno release host (no answer)",
  ].join(", ");
}

async function compile(target: string): Promise<number> {
  await bundle(BUNDLE_DIRECTORY);
  const output = join(CHECKOUT, "dist", `iteratr-${target}`);
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "compile",
      "-A",
      "--unstable-kv",
      "--no-config",
      "--quiet",
      "--target",
      target,
      "--output",
      output,
      // Chunks that are loaded on demand do not follow from the entry alone.
      "--include",
      BUNDLE_DIRECTORY,
      join(BUNDLE_DIRECTORY, "main.js"),
    ],
    env: { NO_COLOR: "1" },
    stdout: "null",
    stderr: "piped",
  }).output();
  if (success) {
    write(Deno.stdout, output);
    return 0;
  }
  const words = new TextDecoder().decode(stderr).trim();
  const isRuntime = /denort|release|download|dns|connect|request|zip/i.test(words);
  write(
    Deno.stderr,
    isRuntime
      ? `no runtime for ${target}: looked for ${await lookedFor(target)}. ` +
        "Set DENORT_BIN to a denort of this Deno version, or put the zip there."
      : `deno compile failed: ${words}`,
  );
  return 1;
}

const { values } = parseArgs({ options: { target: { type: "string" } } });
const target = values.target ?? Deno.build.target;
if ((TARGETS as readonly string[]).includes(target)) {
  Deno.exit(await compile(target));
}
write(Deno.stderr, `--target must be one of ${TARGETS.join(", ")}, got "${target}"`);
Deno.exit(1);
