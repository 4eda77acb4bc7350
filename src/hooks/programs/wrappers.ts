import type { Word } from "../shell/parts.ts";
import { nameOf } from "./use.ts";

/** Programs that run the command behind their options; with the options that take a value. */
const WRAPPERS: ReadonlyMap<string, RegExp> = new Map([
  ...["command", "builtin", "nohup", "setsid", "chronic", "busybox", "coproc", "noglob", "chroot"]
    .map((name) => [name, /^$/] as const),
  ["exec", /^-a$/],
  ["time", /^-[fo]$/],
  ["caffeinate", /^-[tw]$/],
  ["env", /^(-[uC]|--unset|--chdir)$/],
  ["nice", /^(-n|--adjustment)$/],
  ["ionice", /^-[cnp]$/],
  ["stdbuf", /^-[ioe]$/],
  ["strace", /^-[eopsuE]$/],
  ["timeout", /^(-[ks]|--kill-after|--signal)$/],
  ["sudo", /^(-[ugpChTRDr]|--user|--group|--chdir)$/],
  ["doas", /^-[uC]$/],
  ["xargs", /^(-[IEdanPLs]|--max-args|--max-procs|--arg-file|--delimiter|--replace)$/],
]);

/** Of these the first operand is not yet the command: it is a duration, or a directory. */
const HAS_OPERAND = /^(timeout|chroot)$/;

/** A command that runs another. */
export interface Wrapper {
  readonly name: string;
  /** Its options and their values, and what it puts into the environment. */
  readonly options: readonly Word[];
  /** The command that it runs. */
  readonly command: readonly Word[];
}

/** Takes one wrapper off a command, if there is one. */
export function unwrap(words: readonly Word[]): Wrapper | undefined {
  const name = nameOf(words[0]);
  const valued = WRAPPERS.get(name);
  if (valued === undefined) return undefined;
  let at = 1;
  for (; at < words.length; at++) {
    const text = words[at]?.text ?? "";
    if (valued.test(text)) at++;
    else if (!/^(-|[A-Za-z_][A-Za-z0-9_]*=)/.test(text)) break;
  }
  const options = words.slice(1, at);
  return { name, options, command: words.slice(HAS_OPERAND.test(name) ? at + 1 : at) };
}

/** What `xargs` replaces with its input, within the words of the command; nothing when it appends. */
export function replacedByInput({ options }: Wrapper): string {
  const index = options.findIndex(({ text }) => /^(-[Ii]|--replace)/.test(text));
  const text = options[index]?.text ?? "";
  const given = text === "-I" ? options[index + 1]?.text : text.replace(/^(-[Ii]|--replace=?)/, "");
  return given || "{}";
}
