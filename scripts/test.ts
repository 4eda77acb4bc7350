/**
 * `deno task test [files...]`: installs what the tests need, runs them, and ends with a line
 * `N passed, N failed`.
 */
import { ensureOpencode } from "./opencode/install.ts";

const say = (line: string): void => {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
};

/** Copies the runner's output through, and picks its closing line up on the way. */
async function copy(stream: ReadableStream<Uint8Array>): Promise<RegExpExecArray | undefined> {
  let closing: RegExpExecArray | undefined;
  let partial = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    Deno.stdout.writeSync(new TextEncoder().encode(text));
    const lines = (partial + text).split("\n");
    partial = lines.pop() ?? "";
    for (const line of lines) {
      closing = /^(?:ok|FAILED) \| (\d+) passed.* \| (\d+) failed/.exec(line) ?? closing;
    }
  }
  return closing;
}

await ensureOpencode({ pinned: true, say });
const files = Deno.args.length === 0 ? ["tests"] : Deno.args;
const child = new Deno.Command(Deno.execPath(), {
  args: ["test", "-A", "--parallel", ...files],
  stdin: "null",
  stdout: "piped",
  stderr: "inherit",
  env: { NO_COLOR: "1" },
}).spawn();
const closing = await copy(child.stdout);
const { success } = await child.status;
const passed = Number(closing?.[1] ?? 0);
// A runner that stops without counting (a type error, a crash) is a failure too.
const failed = Math.max(Number(closing?.[2] ?? 0), success ? 0 : 1);
say(`${passed} passed, ${failed} failed`);
Deno.exit(failed === 0 && passed > 0 ? 0 : 1);
