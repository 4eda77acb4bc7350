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
  /** The code is for a shell. */
  readonly isShell?: boolean;
}

const SHELL: Reader = {
  letters: "c",
  valued: /^([-+][oO]|--rcfile|--init-file)$/,
  operand: "file",
  input: true,
  isBehind: true,
  isShell: true,
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
  isShell: true,
};
const SU: Reader = { letters: "c", long: ["--command"], operand: "data", isShell: true };

const READERS: readonly (readonly [RegExp, Reader])[] = [
  [
    /^(r?bash|sh|dash|ash|zsh|[mo]?ksh(93)?|yash|osh|ysh|posh|hush|nu|elvish|xonsh|fish|t?csh)$/,
    SHELL,
  ],
  [/^(python|pypy)[0-9.]*$/, PYTHON],
  [
    /^(perl|ruby|lua|luajit|julia|Rscript|R|osascript|elixir|groovy|raku|scala|clojure|guile|gnuplot)[0-9.]*$/,
    SCRIPT,
  ],
  [/^(node|nodejs|bun|tsx|ts-node|babel-node)$/, NODE],
  [/^php[0-9.]*$/, { letters: "rRBE", operand: "file", input: true }],
  [/^(pwsh|powershell)$/, {
    letters: "c",
    long: ["-Command", "-command"],
    operand: "file",
    input: true,
  }],
  [/^[gmn]?awk$/, AWK],
  [/^g?sed$/, { letters: "e", long: ["--expression"], valued: /^-l$/, operand: "code" }],
  [/^(psql|mysql|mariadb|duckdb)$/, SQL],
  [/^(su|runuser|script)$/, { ...SU, input: true }],
  [/^flock$/, SU],
  [/^g?tar$/, {
    letters: "I",
    long: ["--to-command", "--use-compress-program", "--checkpoint-action", "--rsh-command"],
    operand: "data",
  }],
  [/^rsync$/, { letters: "e", long: ["--rsh", "--rsync-path"], operand: "data" }],
  [/^g?split$/, { letters: "", long: ["--filter"], operand: "data" }],
  [/^g?sort$/, { letters: "", long: ["--compress-program"], operand: "data" }],
  [/^nix-shell$/, { letters: "", long: ["--run", "--command"], operand: "data", isShell: true }],
  [/^ansible$/, { letters: "a", long: ["--args"], operand: "data" }],
  [/^(tclsh|wish|expect|m4|dc|s?ftp|mongosh?)[0-9.]*$/, {
    letters: "ce",
    long: ["--eval"],
    operand: "file",
    input: true,
  }],
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
