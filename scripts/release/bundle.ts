/**
 * `deno task bundle [--outdir DIR]`: the whole program as a few JavaScript files, split so that
 * `iteratr tool` loads no more than it needs. Run it with
 * `deno run -A --unstable-kv --no-config DIR/main.js`.
 */
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

/** The top of the checkout. */
export const CHECKOUT = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

/** Where the bundle goes when nothing else is said. */
export const BUNDLE_DIRECTORY = join(CHECKOUT, "dist", "bundle");

const say = (line: string): void => {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
};

async function commit(): Promise<string> {
  const { success, stdout } = await new Deno.Command("git", {
    args: ["-C", CHECKOUT, "rev-parse", "HEAD"],
    stderr: "null",
  }).output();
  return success ? new TextDecoder().decode(stdout).trim() : "unknown";
}

/** The date of the build; SOURCE_DATE_EPOCH (seconds) makes it repeatable. */
function buildDate(): string {
  const epoch = Deno.env.get("SOURCE_DATE_EPOCH");
  const date = epoch === undefined ? new Date() : new Date(Number(epoch) * 1000);
  return date.toISOString().slice(0, 10);
}

/**
 * Removes an earlier bundle. A directory that holds anything else is left alone.
 *
 * @throws {Error} when it does.
 */
async function emptyBundle(outdir: string): Promise<void> {
  const names: string[] = [];
  try {
    for await (const { name } of Deno.readDir(outdir)) names.push(name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    throw error;
  }
  const foreign = names.find((name) => !/^(main|[\w-]+-[A-Z0-9]{8})\.js$/.test(name));
  if (foreign !== undefined) {
    throw new Error(
      `${outdir} holds ${foreign}, which is no part of a bundle: choose another --outdir`,
    );
  }
  for (const name of names) await Deno.remove(join(outdir, name));
}

/**
 * Chunks with the bundler's helpers for CommonJS, which load a part of Node. The bundler lets every chunk
 * import them; who imports nothing out of them can do without, and the `tool` lane has to.
 */
async function nodeHelpers(outdir: string): Promise<readonly string[]> {
  const helpers: string[] = [];
  for await (const { name } of Deno.readDir(outdir)) {
    const text = await Deno.readTextFile(join(outdir, name));
    if (text.includes("createRequire") && text.length < 5_000) helpers.push(name);
  }
  return helpers;
}

/**
 * Bundles the checkout into a directory, which is made anew, and stamps commit and date.
 *
 * @throws {Error} when the bundler fails or the marks are not where they should be.
 */
export async function bundle(outdir: string): Promise<void> {
  await emptyBundle(outdir);
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: ["bundle", "--quiet", "--code-splitting", "--minify", "--outdir", outdir, "main.ts"],
    cwd: CHECKOUT,
    stdout: "null",
    stderr: "inherit",
  }).output();
  if (!success) throw new Error("deno bundle failed");
  const marks = new Map([["@COMMIT@", await commit()], ["@DATE@", buildDate()]]);
  const missing = new Set(marks.keys());
  const helpers = await nodeHelpers(outdir);
  for await (const { name } of Deno.readDir(outdir)) {
    const path = join(outdir, name);
    let text = await Deno.readTextFile(path);
    for (const [mark, value] of marks) {
      if (text.includes(mark)) missing.delete(mark);
      text = text.replaceAll(mark, value);
    }
    for (const helper of helpers) text = text.replaceAll(`import"./${helper}";`, "");
    await Deno.writeTextFile(path, text);
  }
  if (missing.size > 0) throw new Error(`the bundle lacks ${[...missing].join(" and ")}`);
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { outdir: { type: "string" } } });
  const outdir = resolve(values.outdir ?? BUNDLE_DIRECTORY);
  try {
    await bundle(outdir);
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
    Deno.exit(1);
  }
  say(`${join(outdir, "main.js")}`);
}
