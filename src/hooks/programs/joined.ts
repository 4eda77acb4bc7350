import type { Word } from "../shell/parts.ts";
import type { Use } from "./use.ts";

/** Of these every operand is code, or becomes a part of it. */
const JOINERS =
  /^(eval|ssh|mosh|sg|adb|watch|trap|alias|parallel|tmux|screen|[gbp]?make|just|at|batch|sqlite3|compgen|complete|bind|enable|fc|mapfile|readarray)$/;
/** The same, by names that hardly mean anything else, even among the words of another program. */
const LAUNCHERS = /^(hyperfine|watchexec|concurrently)$/;
/** What these get on their standard input is code, or becomes a part of it. */
const READS_INPUT = /^(sqlite3|at|batch|just|parallel)$/;
/** For make what it gets on its standard input is for its recipes, unless it is named as the makefile. */
const IS_MAKEFILE = /^(-|-[A-Za-z]*f-|--(file|makefile)=-|.*\/(stdin|fd\/.*))$/;
/** These give a command to a shell: behind so many operands, and behind options with a value. */
const SHELLS: ReadonlyMap<string, { readonly behind: number; readonly valued: RegExp }> = new Map([
  ["eval", { behind: 0, valued: /^$/ }],
  ["watch", { behind: 0, valued: /^(-[nq]|--interval|--equexit)$/ }],
  ["trap", { behind: 0, valued: /^$/ }],
  ["ssh", { behind: 1, valued: /^-[a-zA-Z0-9]*[BbcDEeFIiJLlmOoPpQRSWw]$/ }],
  ["sg", { behind: 1, valued: /^$/ }],
  ["adb", { behind: 1, valued: /^-[sHPLt]$/ }],
]);

/** Whether the program of that name puts its operands together and reads them as code. */
export function isJoiner(name: string): boolean {
  return JOINERS.test(name) || isLauncher(name);
}

/** Whether it only runs what it is given, and is known by its name alone, as in `npx concurrently`. */
export function isLauncher(name: string): boolean {
  return LAUNCHERS.test(name);
}

/** Whether it is one of the makes, which put the values of variables into the text of a recipe. */
export function isMake(name: string): boolean {
  return /^[gbp]?make$/.test(name);
}

/** What such a program makes of its arguments, and of its standard input. */
export function joinedUses(name: string, args: readonly Word[]): readonly Use[] {
  const code = args.map((word): Use => ({ kind: "code", reader: name, word }));
  const input: Use = { kind: "input", reader: name };
  const isMakefile = isMake(name) && args.some(({ text }) => IS_MAKEFILE.test(text));
  if (READS_INPUT.test(name) || isMakefile) return [input, ...code];
  const shell = SHELLS.get(name);
  if (shell === undefined) return code;
  const operands = operandsOf(args, shell.valued).slice(shell.behind);
  // What is behind the code of a trap are signals.
  const run = name === "trap" ? operands.slice(0, 1) : operands;
  const text = run.map((word) => word.text).join(" ");
  // Without a command it is the shell that one has logged in to.
  return text === "" ? [input, ...code] : [{ kind: "shell", reader: name, text }, ...code];
}

function operandsOf(args: readonly Word[], valued: RegExp): readonly Word[] {
  let at = 0;
  for (; at < args.length; at++) {
    const text = args[at]?.text ?? "";
    if (valued.test(text)) at++;
    else if (!/^-./.test(text)) break;
  }
  return args.slice(at);
}
