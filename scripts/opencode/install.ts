/**
 * Where the opencode binary comes from: the user's own, or a pinned one from the npm registry.
 *
 * The pinned one is taken from opencode's platform package, since the main package needs an install
 * script that Deno does not run. Deno unpacks it in a folder of its own; then the binary, which is
 * one self-contained file, is renamed into place. So a finished install is a file that exists, an
 * unfinished one leaves nothing that looks finished, and installs at the same time end alike.
 */
import { isAbsolute, join, resolve } from "node:path";

/** The version that tests and the demo are written against. */
export const OPENCODE_VERSION = "1.18.33";

/** How to look for opencode. */
export type EnsureOpencodeOptions = Readonly<{
  /** Told, in one line each, what takes time or was passed over. Silent by default. */
  say?: (line: string) => void;
  /** Pass over the opencode on PATH, whatever its version. OPENCODE_BIN still counts. */
  pinned?: boolean;
  /** Reads OPENCODE_BIN, PATH, HOME and XDG_CACHE_HOME; the process environment by default. */
  env?: (name: string) => string | undefined;
}>;

const TRIAL_MS = 30_000;
const INSTALL_MS = 300_000;
const WORK_PREFIX = ".install-";
const STALE_MS = 3_600_000;

/** Runs a command to its end, or kills it after `ms`; resolves to what went wrong, if anything. */
async function problemWith(
  command: string,
  ms: number,
  options: Deno.CommandOptions,
): Promise<string | undefined> {
  try {
    const child = new Deno.Command(command, { stdin: "null", stdout: "null", ...options }).spawn();
    const timer = setTimeout(() => child.kill("SIGKILL"), ms);
    const [status, stderr] = await Promise.all([
      child.status.finally(() => clearTimeout(timer)),
      options.stderr === "piped" ? new Response(child.stderr).text() : "",
    ]);
    if (status.success) return undefined;
    const words = /^error: (.*)$/m.exec(stderr)?.[1];
    return words ?? `it ended with ${status.signal ?? `exit code ${status.code}`}`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Tries a binary out. Nothing is piped: a wrapper's child could hold the pipe after the kill. */
async function trial(
  binary: string,
  env: Record<string, string> = {},
): Promise<string | undefined> {
  const args = ["--version"];
  const problem = await problemWith(binary, TRIAL_MS, { args, env, stderr: "null" });
  return problem === undefined ? undefined : `${binary} --version: ${problem}`;
}

async function isFile(path: string): Promise<boolean> {
  try {
    const { isFile, size } = await Deno.stat(path);
    return isFile && size > 0;
  } catch {
    return false;
  }
}

async function onPath(path: string): Promise<string | undefined> {
  for (const directory of path.split(":")) {
    const candidate = resolve(directory, "opencode");
    if (directory !== "" && await isFile(candidate)) return candidate;
  }
  return undefined;
}

async function contains(path: string, pattern: RegExp): Promise<boolean> {
  try {
    return pattern.test(await Deno.readTextFile(path));
  } catch {
    return false;
  }
}

/** The platform packages that may run here, the likeliest first; none on a foreign system. */
async function platformPackages(): Promise<readonly string[]> {
  const { os, arch } = Deno.build;
  if (os !== "linux" && os !== "darwin") return [];
  const base = `opencode-${os}-${arch === "aarch64" ? "arm64" : "x64"}`;
  const libc = await contains("/usr/bin/ldd", /musl/) ? "-musl" : "";
  if (arch === "aarch64") return [base + libc];
  const baseline = `${base}-baseline${libc}`;
  // The normal x64 build needs AVX2. Where nothing tells, the trial run after the install does.
  const tooOld = os === "linux" && !(await contains("/proc/cpuinfo", /\bavx2\b/));
  return tooOld ? [baseline] : [base + libc, baseline];
}

function cacheFolder(env: (name: string) => string | undefined): string {
  const xdg = env("XDG_CACHE_HOME");
  const home = env("HOME");
  const own = Deno.build.os === "darwin" ? ["Library", "Caches"] : [".cache"];
  const base = xdg && isAbsolute(xdg) ? xdg : home ? join(home, ...own) : undefined;
  if (base === undefined) {
    throw new Error(
      "no place for opencode: set HOME or XDG_CACHE_HOME, or OPENCODE_BIN to a binary",
    );
  }
  return join(base, "iteratr", `opencode-${OPENCODE_VERSION}`);
}

/** Removes what installs left that were killed; a live one is younger than that. */
async function sweep(folder: string): Promise<void> {
  for await (const { name } of Deno.readDir(folder)) {
    if (!name.startsWith(WORK_PREFIX)) continue;
    const path = join(folder, name);
    const { mtime } = await Deno.stat(path).catch(() => ({ mtime: null }));
    if (mtime && Date.now() - mtime.getTime() > STALE_MS) {
      await Deno.remove(path, { recursive: true }).catch(() => {});
    }
  }
}

/** Installs one package; resolves to what went wrong, or `undefined` once `target` is there. */
async function install(name: string, folder: string, target: string): Promise<string | undefined> {
  const work = await Deno.makeTempDir({ dir: folder, prefix: WORK_PREFIX });
  try {
    const config = {
      nodeModulesDir: "auto",
      lock: false,
      imports: { [name]: `npm:${name}@${OPENCODE_VERSION}` },
    };
    await Deno.writeTextFile(join(work, "deno.json"), JSON.stringify(config));
    const failure = await problemWith(Deno.execPath(), INSTALL_MS, {
      args: ["install", "--quiet"],
      cwd: work,
      env: { NO_COLOR: "1" },
      stderr: "piped",
    });
    if (failure !== undefined) return `deno install: ${failure}`;
    const binary = join(work, "node_modules", name, "bin", "opencode");
    const places = ["HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"];
    const trialHome = Object.fromEntries(places.map((place) => [place, work]));
    const problem = await trial(binary, { ...trialHome, TMPDIR: work });
    if (problem === undefined) await Deno.rename(binary, target);
    return problem;
  } finally {
    await Deno.remove(work, { recursive: true }).catch(() => {});
  }
}

async function ensurePinned(folder: string, say: (line: string) => void): Promise<string> {
  const target = join(folder, "opencode");
  if (await isFile(target)) return target;
  await Deno.mkdir(folder, { recursive: true });
  await sweep(folder);
  const failures: string[] = [];
  for (const name of await platformPackages()) {
    say(`installing ${name} ${OPENCODE_VERSION} from the npm registry (60 MB) into ${folder}`);
    const failure = await install(name, folder, target);
    if (failure === undefined) return target;
    failures.push(`${name}: ${failure}`);
  }
  const { os, arch } = Deno.build;
  throw new Error(
    `no opencode ${OPENCODE_VERSION} to be had for ${os} ${arch} (${
      failures.join("; ") || "no such build"
    }): check the network and the registry in ~/.npmrc, or set OPENCODE_BIN to a binary of your own`,
  );
}

/**
 * Resolves to the absolute path of an opencode that runs: OPENCODE_BIN, else `opencode` on PATH,
 * else the pinned version, installed in the user's cache directory on first use.
 *
 * @throws Error in one line, when OPENCODE_BIN does not run or no package could be installed.
 */
export async function ensureOpencode(
  { say = (): void => {}, pinned = false, env = (name) => Deno.env.get(name) }:
    EnsureOpencodeOptions = {},
): Promise<string> {
  const chosen = env("OPENCODE_BIN");
  if (chosen) {
    const problem = await trial(resolve(chosen));
    if (problem === undefined) return resolve(chosen);
    throw new Error(
      `OPENCODE_BIN does not run (${problem}): set it to an opencode binary, or unset it`,
    );
  }
  const found = pinned ? undefined : await onPath(env("PATH") ?? "");
  if (found !== undefined) {
    const problem = await trial(found);
    if (problem === undefined) return found;
    say(`passing over the opencode on PATH (${problem})`);
  }
  return await ensurePinned(cacheFolder(env), say);
}
