/** What takes from root the right to pass over modes; nobody else has it. */
const ROOT_BOUND = ["setpriv", "--bounding-set=-dac_override,-dac_read_search,-fowner"];

/** Put in front of a command, so that the modes of files bind it. */
export const BOUND: readonly string[] = Deno.uid() === 0 ? ROOT_BOUND : [];

/** Whether modes bind; when they do not, the reason is printed, once. */
export const isBound: boolean = tryModes();

function tryModes(): boolean {
  const why = whyUnbound();
  if (why === undefined) return true;
  say(`NOT TESTED, what modes forbid: ${why}`);
  return false;
}

function whyUnbound(): string | undefined {
  const file = Deno.makeTempFileSync();
  try {
    Deno.chmodSync(file, 0o444);
    const [program = "", ...args] = [...BOUND, "sh", "-c", `echo x >> "$0"`, file];
    const { success } = new Deno.Command(program, { args, stderr: "null" }).outputSync();
    return success ? "modes do not bind root here, in spite of setpriv" : undefined;
  } catch {
    return "modes do not bind root, and there is no setpriv (util-linux)";
  } finally {
    Deno.removeSync(file);
  }
}

/** Whether this is Linux; when it is not, what goes untested for it is printed. */
export function isLinux(what: string): boolean {
  if (Deno.build.os === "linux") return true;
  say(`NOT TESTED, ${what}: it is told by what only Linux has`);
  return false;
}

/** Says on stderr what whoever reads the results has to know. */
export function say(line: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${line}\n`));
}
