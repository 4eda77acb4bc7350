import type { Word } from "../shell/parts.ts";
import { nameOf } from "./use.ts";

/** How a program takes code. */
export interface Reader {
  /** Letters of options whose value is code. */
  readonly letters: string;
  /** The same by long names. */
  readonly long?: readonly string[];
  /** Options that are code themselves, as `+CODE` of vi. */
  readonly whole?: RegExp;
  /** Options that take a value which is no code. */
  readonly valued?: RegExp;
  /** What its first operand is, when no option has given code: code, or a file of it. */
  readonly operand: "code" | "file" | "data";
  /** Without an operand its standard input is code; besides what options say, with `always`. */
  readonly input?: boolean | "always";
  /** The code is not the value of the option, but the first operand behind it. */
  readonly isBehind?: boolean;
}

const SHELL: Reader = {
  letters: "c",
  valued: /^([-+][oO]|--rcfile|--init-file)$/,
  operand: "file",
  input: true,
  isBehind: true,
};
const PYTHON: Reader = { letters: "c", valued: /^-[WX]$/, operand: "file", input: true };
const SCRIPT: Reader = { letters: "eE", operand: "file", input: true };
const NODE: Reader = {
  letters: "ep",
  long: ["--eval", "--print"],
  valued: /^(-r|--require|--import|-C)$/,
  operand: "file",
  input: true,
};
const AWK: Reader = {
  letters: "e",
  long: ["--source"],
  valued: /^(-[vF]|--assign|--field-separator)$/,
  operand: "code",
};
const SQL: Reader = {
  letters: "ce",
  long: ["--command", "--execute"],
  valued: /^-[hpUdvu]$/,
  operand: "data",
  input: true,
};
const VI: Reader = {
  letters: "cS",
  long: ["--cmd", "--remote-send", "--remote-expr"],
  whole: /^\+/,
  operand: "data",
  input: "always",
};
const EMACS: Reader = {
  letters: "ef",
  long: ["--eval", "-eval", "--execute", "-execute", "--funcall", "-funcall"],
  operand: "data",
};
const GIT: Reader = {
  // What it sets may be a command, as `core.pager` and `alias.x` are.
  letters: "c",
  valued: /^(-C|--git-dir|--work-tree|--namespace|--config-env|--attr-source)$/,
  operand: "file",
};
const NPX: Reader = {
  letters: "c",
  long: ["--call"],
  valued: /^(-[pw]|--package|--workspace)$/,
  operand: "file",
};

const READERS: readonly (readonly [RegExp, Reader])[] = [
  [/^(r?bash|sh|dash|ash|zsh|[mo]?ksh(93)?|yash|fish|t?csh)$/, SHELL],
  [/^(python|pypy)[0-9.]*$/, PYTHON],
  [/^(perl|ruby|lua|luajit|julia|Rscript|osascript|elixir|groovy|raku)[0-9.]*$/, SCRIPT],
  [/^(node|nodejs|bun)$/, NODE],
  [/^php[0-9.]*$/, { letters: "rRBE", operand: "file", input: true }],
  [/^(pwsh|powershell)$/, { letters: "c", long: ["-Command", "-command"], operand: "file" }],
  [/^[gmn]?awk$/, AWK],
  [/^g?sed$/, { letters: "e", long: ["--expression"], valued: /^-l$/, operand: "code" }],
  [/^(psql|mysql|mariadb|duckdb)$/, SQL],
  [/^(su|runuser|script|flock)$/, { letters: "c", long: ["--command"], operand: "data" }],
  [/^(ex|[nr]?vi|[egmnr]?vim(diff)?|[gr]?view)(\.[a-z]+)?$/, VI],
  [/^ed$/, { letters: "", operand: "data", input: true }],
  [/^emacs(client)?(-[a-z0-9.]+)?$/, EMACS],
  [/^git$/, GIT],
  [/^npx$/, NPX],
  [/^p?npm$/, { ...NPX, operand: "data" }],
  [/^(\.|source)$/, { letters: "", operand: "file", input: true }],
  [/^crontab$/, { letters: "", valued: /^-u$/, operand: "file", input: true }],
];

/** How the program of that name takes code, if it is known to take any. */
export function readerOf(word: Word | undefined): Reader | undefined {
  const name = nameOf(word);
  return READERS.find(([pattern]) => pattern.test(name))?.[1];
}

/** Of these every operand is code, or becomes a part of it. */
const JOINERS =
  /^(eval|ssh|mosh|watch|trap|alias|parallel|tmux|screen|g?make|at|batch|sqlite3|compgen|complete|bind|enable|fc|mapfile|readarray)$/;

/** Whether the program of that name puts its operands together and reads them as code. */
export function isJoiner(name: string): boolean {
  return JOINERS.test(name);
}

/** Whether such a program, given these many arguments, has its code on its standard input. */
export function joinsInput(name: string, count: number): boolean {
  return /^(sqlite3|at|batch|g?make)$/.test(name) || (count <= 1 && /^(ssh|parallel)$/.test(name));
}
