import type { Word } from "../shell/parts.ts";
import { nameOf } from "./use.ts";

/** How a program takes code. */
export interface Reader {
  /** Letters of options whose value is code. */
  readonly letters: string;
  /** The same by long names. */
  readonly long?: readonly string[];
  /** Options whose value is a file of code. */
  readonly files?: {
    readonly letters: string;
    readonly long?: readonly string[];
    /** The first operand is what it is without them. */
    readonly isMore?: boolean;
  };
  /** Options that are code themselves, as `+CODE` of vi. */
  readonly whole?: RegExp;
  /** Long options may be cut short. */
  readonly isCut?: boolean;
  /** Options that take a value which is no code. */
  readonly valued?: RegExp;
  /** Letters whose value, if any, is in the same word, as of `-i.bak`. */
  readonly attached?: string;
  /** What its first operand is, when no option has given code: code, or a file of it. */
  readonly operand: "code" | "file" | "data";
  /** Options may follow the operands, and count; with `data` they always may. */
  readonly isMixed?: boolean;
  /** Without an operand its standard input is code; besides what options say, with `always`. */
  readonly input?: boolean | "always";
  /** The code is not the value of the option, but the first operand behind it. */
  readonly isBehind?: boolean;
  /** The code is for a shell. */
  readonly isShell?: boolean;
}

const SHELL: Reader = {
  letters: "c",
  long: ["--command", "--commands"],
  files: { letters: "", long: ["--rcfile", "--init-file"], isMore: true },
  // Among other letters too, as in `-euo pipefail`.
  valued: /^[-+][A-Za-z]*[oO][A-Za-z]*$/,
  operand: "file",
  input: true,
  isBehind: true,
  isShell: true,
};
const PYTHON: Reader = { letters: "c", valued: /^-[WX]$/, operand: "file", input: true };
const SCRIPT: Reader = { letters: "eE", operand: "file", input: true };
export const NODE: Reader = {
  letters: "ep",
  long: ["--eval", "--print"],
  files: { letters: "r", long: ["--require", "--import"], isMore: true },
  valued: /^-C$/,
  operand: "file",
  input: true,
};
const AWK: Reader = {
  letters: "e",
  long: ["--source"],
  files: { letters: "fE", long: ["--file", "--exec"] },
  isCut: true,
  valued: /^(-[vFil]|--assign|--field-separator|--include|--load)$/,
  operand: "code",
};
const SED: Reader = {
  letters: "e",
  long: ["--expression"],
  files: { letters: "f", long: ["--file"] },
  valued: /^(-l|--line-length)$/,
  attached: "i",
  operand: "code",
  isMixed: true,
  isCut: true,
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
  files: { letters: "l", long: ["--load", "-load", "--script", "-script"], isMore: true },
  operand: "data",
};
const GIT: Reader = {
  // What it sets may be a command, as `core.pager` and `alias.x` are.
  letters: "c",
  valued: /^(-C|--git-dir|--work-tree|--namespace|--config-env|--attr-source)$/,
  operand: "file",
};
const GDB: Reader = {
  letters: "",
  long: ["ex", "iex", "eval-command", "init-eval-command"].flatMap((
    name,
  ) => [`-${name}`, `--${name}`]),
  files: {
    letters: "x",
    long: ["-command", "--command", "-init-command", "--init-command", "-ix"],
  },
  operand: "data",
  input: "always",
};
const NPX: Reader = {
  letters: "c",
  long: ["--call"],
  valued: /^(-[pw]|--package|--workspace)$/,
  operand: "file",
  isShell: true,
};
const SU: Reader = { letters: "c", long: ["--command"], operand: "data", isShell: true };

export const DENO: Reader = {
  letters: "",
  valued: /^(-[cL]|--(cert|config|ext|import-map|location|log-level|preload|seed))$/,
  operand: "file",
  input: true,
};

const READERS: readonly (readonly [RegExp, Reader])[] = [
  [
    /^(r?bash|sh|dash|ash|zsh|[mo]?ksh(93)?|yash|osh|ysh|posh|hush|nu|elvish|xonsh|fish|t?csh)$/,
    SHELL,
  ],
  [/^(python|pypy)[0-9.]*$/, PYTHON],
  [
    /^(perl|ruby|lua|luajit|julia|Rscript|R|osascript|elixir|iex|groovy|raku|scala|clojure|guile|gnuplot)[0-9.]*$/,
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
  [/^g?sed$/, SED],
  [/^(mysql|mariadb)$/, SQL],
  [/^(psql|duckdb)$/, { ...SQL, files: { letters: "f", long: ["--file"], isMore: true } }],
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
  [/^gdb$/, GDB],
  [/^git$/, GIT],
  [/^npx$/, NPX],
  [/^p?npm$/, { ...NPX, operand: "data" }],
  [/^(\.|source)$/, { letters: "", operand: "file", input: true }],
  [/^nodemon$/, { letters: "x", long: ["--exec"], operand: "file", isShell: true }],
  [/^entr$/, { letters: "s", operand: "file", isBehind: true, isShell: true }],
  [/^deno$/, DENO],
  [/^crontab$/, { letters: "", valued: /^-u$/, operand: "file", input: true }],
];

/** How the program of that name takes code, if it is known to take any. */
export function readerOf(word: Word | undefined): Reader | undefined {
  const name = nameOf(word);
  return READERS.find(([pattern]) => pattern.test(name))?.[1];
}
