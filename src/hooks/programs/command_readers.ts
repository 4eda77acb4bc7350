import { DENO, NODE, type Reader } from "./readers.ts";

/** Commands of programs that have many; the words behind them are as those of a program. */
const COMMANDS: readonly (readonly [program: RegExp, command: RegExp, Reader])[] = [
  [/^deno$/, /^(run|serve)$/, DENO],
  [/^deno$/, /^eval$/, { ...DENO, operand: "code" }],
  [/^deno$/, /^repl$/, {
    ...DENO,
    long: ["--eval"],
    files: { letters: "", long: ["--eval-file"] },
    operand: "data",
    input: "always",
  }],
  [/^bun$/, /^run$/, NODE],
  [/^bun$/, /^exec$/, { letters: "", operand: "code", isShell: true }],
  [/^rails$/, /^(r|runner)$/, {
    letters: "",
    valued: /^(-e|--environment)$/,
    operand: "code",
    input: true,
  }],
  [/^rails$/, /^(c|console|db|dbconsole)$/, { letters: "", operand: "data", input: "always" }],
  [/^mix$/, /^run$/, { letters: "e", long: ["--eval"], operand: "file" }],
  [/^mix$/, /^eval$/, { letters: "", operand: "code" }],
  [/^manage\.py$/, /^(shell|shell_plus|dbshell)$/, {
    letters: "c",
    long: ["--command"],
    operand: "data",
    input: true,
  }],
];

/** How such a command takes code; none for all that are not known. */
export function commandReaderOf(program: string, command: string): Reader | undefined {
  return COMMANDS.find(([one, two]) => one.test(program) && two.test(command))?.[2];
}
