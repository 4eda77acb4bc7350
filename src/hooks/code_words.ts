import { type Command, EXPANDED, type Word } from "./shell_scan.ts";

/** What a program would do with a word. */
export type Use =
  | { readonly kind: "code"; readonly reader: string; readonly word: Word }
  | { readonly kind: "run" | "arithmetic" | "name"; readonly word: Word }
  /** It reads its standard input as code. */
  | { readonly kind: "input"; readonly reader: string };

/** How a program takes code. */
interface Reader {
  /** Letters of options whose value is code. */
  readonly letters: string;
  /** The same by long names. */
  readonly long?: readonly string[];
  /** Options that take a value which is no code. */
  readonly valued?: RegExp;
  /** What its first operand is, when no option has given code: code, or a file of it. */
  readonly operand: "code" | "file" | "data";
  /** Without an operand its standard input is code. */
  readonly input?: boolean;
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
  [/^sqlite3$/, { letters: "", long: ["-cmd"], operand: "data", input: true }],
  [/^(su|runuser|script|flock)$/, { letters: "c", long: ["--command"], operand: "data" }],
];

/** Programs that run the command behind their options; with the options that take a value. */
const WRAPPERS: Readonly<Record<string, RegExp | undefined>> = {
  command: /^$/,
  builtin: /^$/,
  exec: /^-a$/,
  nohup: /^$/,
  time: /^-[fo]$/,
  setsid: /^$/,
  chronic: /^$/,
  caffeinate: /^-[tw]$/,
  busybox: /^$/,
  coproc: /^$/,
  noglob: /^$/,
  env: /^(-[uC]|--unset|--chdir)$/,
  nice: /^(-n|--adjustment)$/,
  ionice: /^-[cnp]$/,
  stdbuf: /^-[ioe]$/,
  timeout: /^(-[ks]|--kill-after|--signal)$/,
  sudo: /^(-[ugpChTRDr]|--user|--group|--chdir)$/,
  doas: /^-[uC]$/,
  xargs: /^(-[IEdanPLs]|--max-args|--max-procs|--arg-file|--delimiter|--replace)$/,
  chroot: /^$/,
  strace: /^-[eopsuE]$/,
};

/** Of these wrappers the first operand is not yet the command. */
const OPERANDS_BEFORE: Readonly<Record<string, number | undefined>> = { timeout: 1, chroot: 1 };

/** These put all their operands together and read them as code. */
const JOINERS =
  /^(eval|ssh|mosh|watch|trap|alias|parallel|tmux|screen|g?make|at|batch|compgen|complete|bind|enable|fc)$/;

/** What only shows or stores its words, whatever they are. */
const PLAIN = /^(echo|printf|git|logger|notify-send)$/;

const ARITHMETIC = /^(let|exit|return|shift|break|continue|ulimit|wait)$/;
const NAMING = /^(unset|read|export|readonly|local|declare|typeset|getopts)$/;
const ASSIGNMENT = /^[A-Za-z_][A-Za-z0-9_]*\+?=/;
const COMPARISON = /^-(eq|ne|lt|le|gt|ge)$/;

/**
 * What a simple command would do with its words, as far as that is more than passing them on. Programs
 * are known by their names; what an unknown one does with its words, nobody can tell.
 */
export function usesOf(command: Command): readonly Use[] {
  const uses: Use[] = [];
  const words = command.words.filter((word, index, all) =>
    !(ASSIGNMENT.test(word.text) && all.slice(0, index).every(({ text }) => ASSIGNMENT.test(text)))
  );
  const seen = commandUses(words, uses);
  if (PLAIN.test(nameOf(words[0]))) return uses;
  // A program that is not known may run what is behind it, as `docker exec` does.
  for (let index = seen + 1; index < words.length; index++) {
    const reader = readerOf(words[index]);
    if (reader === undefined || reader.letters === "") continue;
    const code = codeOf(reader, words.slice(index), true);
    uses.push(...code);
    if (code.length > 0) break;
  }
  return uses;
}

/** @returns the index of the program that is run in the end. */
function commandUses(words: readonly Word[], uses: Use[]): number {
  let at = 0;
  /** What `xargs` replaces with lines of its standard input. */
  let replaced: string | undefined;
  for (;;) {
    const word = words[at];
    if (word === undefined) return at;
    uses.push({ kind: "run", word });
    const name = nameOf(word);
    if (name === "xargs") replaced = replacedBy(words.slice(at + 1));
    const valued = Object.hasOwn(WRAPPERS, name) ? WRAPPERS[name] : undefined;
    if (valued === undefined) break;
    at++;
    for (; words[at] !== undefined; at++) {
      const text = words[at]?.text ?? "";
      if (name === "env" && /^(-S|--split-string)/.test(text)) {
        const rest = words.slice(at, at + 2);
        uses.push(...rest.map((code): Use => ({ kind: "code", reader: "env -S", word: code })));
      }
      if (valued.test(text)) at++;
      else if (!text.startsWith("-") && !/^[A-Za-z_][A-Za-z0-9_]*=/.test(text)) break;
    }
    at += OPERANDS_BEFORE[name] ?? 0;
  }
  const rest = words.slice(at);
  const own = programUses(nameOf(rest[0]), rest);
  uses.push(...own);
  for (const use of own) {
    if (replaced === undefined || use.kind !== "code") continue;
    const isFed = use.word.text.includes(replaced) || JOINERS.test(nameOf(rest[0]));
    if (isFed) uses.push({ kind: "input", reader: `xargs ${use.reader}` });
  }
  return at;
}

function replacedBy(words: readonly Word[]): string {
  const option = words.findIndex(({ text }) => /^(-[Ii]|--replace)/.test(text));
  const text = words[option]?.text.replace(/^(-[Ii]|--replace=?)/, "");
  return text || (words[option]?.text === "-I" ? words[option + 1]?.text : undefined) || "{}";
}

function programUses(name: string, words: readonly Word[]): readonly Use[] {
  const args = words.slice(1);
  const reader = readerOf(words[0]);
  if (reader !== undefined) return codeOf(reader, words, false);
  if (JOINERS.test(name)) {
    const input: readonly Use[] = args.length <= 1 && /^(ssh|at|batch|parallel)$/.test(name)
      ? [{ kind: "input", reader: name }]
      : [];
    return [...input, ...args.map((word): Use => ({ kind: "code", reader: name, word }))];
  }
  if (/^(mapfile|readarray)$/.test(name)) {
    return args.map((word) => ({ kind: "code", reader: name, word }));
  }
  if (ARITHMETIC.test(name)) return args.map((word) => ({ kind: "arithmetic", word }));
  if (NAMING.test(name)) {
    // With `-i` what is assigned is computed.
    const isComputed = args.some(({ text }) => /^-[A-Za-z]*i/.test(text));
    if (isComputed) return args.map((word) => ({ kind: "arithmetic", word }));
    return args.filter(({ text }) => beforeEqual(text).includes(EXPANDED))
      .map((word) => ({ kind: "name", word }));
  }
  if (name === "." || name === "source") {
    return args.slice(0, 1).map((word) => ({ kind: "run", word }));
  }
  if (name === "deno" && args[0]?.text === "eval") {
    return args.slice(1).map((word) => ({ kind: "code", reader: "deno eval", word }));
  }
  if (name === "find") {
    return args.flatMap(({ text }, index) => {
      const uses: Use[] = [];
      if (/^-(exec|ok)(dir)?$/.test(text)) commandUses(args.slice(index + 1), uses);
      return uses;
    });
  }
  if (/^(test|\[|\[\[)$/.test(name)) {
    // Shells take what is compared as a number for arithmetic, and the index in `-v a[...]` too.
    return args.flatMap(({ text }, index) => {
      const around = COMPARISON.test(text) ? [args[index - 1], args[index + 1]] : [];
      if (/^-[vR]$/.test(text)) around.push(args[index + 1]);
      return around.flatMap((word): Use[] => word ? [{ kind: "arithmetic", word }] : []);
    });
  }
  if (name === "printf") return printfUses(args);
  return [];
}

/** Some shells compute what `%d` is given. */
function printfUses(args: readonly Word[]): readonly Use[] {
  if (args[0]?.text === "-v") {
    return args.slice(1, 2).map((word) => ({ kind: "name", word }));
  }
  const [format, ...values] = args;
  const takes = [
    ...(format?.text ?? "").matchAll(/%%|%[-+ #0]*[0-9.]*(\*?)[0-9.]*(\*?)([A-Za-z])/g),
  ]
    .flatMap(([all, width, precision, letter = ""]) =>
      all === "%%" ? [] : [width, precision, /[sbcqQ]/.test(letter) ? "" : "n"]
        .flatMap((kind, index) => index < 2 && kind === "" ? [] : [kind])
    );
  return values.filter((_, index) => takes.length > 0 && takes[index % takes.length] !== "")
    .map((word) => ({ kind: "arithmetic", word }));
}

/**
 * Which words a program would read as code.
 *
 * @param words its name and its arguments.
 * @param isGuess it may not be a program at all; only an option that says so makes code of a word.
 */
function codeOf(reader: Reader, words: readonly Word[], isGuess: boolean): readonly Use[] {
  const { letters, long = [], valued = /^$/, operand, input, isBehind } = reader;
  const name = nameOf(words[0]);
  const uses: Use[] = [];
  let option: string | undefined;
  let readsInput = false;
  let at = 1;
  for (; at < words.length; at++) {
    const word = words[at];
    if (word === undefined) break;
    const { text } = word;
    const beforeValue = beforeEqual(text);
    if (text === "--") {
      at++;
      break;
    }
    if (text === "-" || text === "-s") readsInput = true;
    if (!/^[-+]./.test(text)) {
      // Options may follow the operand of these, but not of those that run a file.
      if (operand !== "data") break;
      continue;
    }
    if (long.includes(beforeValue)) {
      option = beforeValue;
      const code = text === beforeValue ? words[++at] : word;
      if (code !== undefined) uses.push({ kind: "code", reader: `${name} ${option}`, word: code });
    } else if (/^-[a-zA-Z0-9]/.test(text) && letters !== "" && !valued.test(text)) {
      const index = [...text].findIndex((letter, i) => i > 0 && letters.includes(letter));
      if (index < 0 || !/^[a-zA-Z0-9.]*$/.test(text.slice(1, index))) continue;
      option = `-${text[index]}`;
      if (isBehind) continue;
      // `-pe CODE`, `-eCODE`, and `-e -p CODE` for node.
      const isAll = text.slice(index + 1) === "" || (name === "node" && /^-(pe|ep)$/.test(text));
      const code = isAll ? words[++at] : word;
      if (code !== undefined) uses.push({ kind: "code", reader: `${name} ${option}`, word: code });
      if (name.startsWith("python")) return uses;
    } else if (valued.test(text)) {
      at++;
    } else if (/^-f|^--file/.test(text) && operand === "code") {
      option = "-f";
      if (text === "-f" || text === "--file") at++;
    }
  }
  const first = words[at];
  if (option !== undefined && isBehind) {
    const reader = `${name} ${option}`;
    return [
      first === undefined ? { kind: "input", reader } : { kind: "code", reader, word: first },
    ];
  }
  if (option !== undefined || isGuess) return uses;
  if (first === undefined || readsInput || first.text === "/dev/stdin") {
    return input ? [...uses, { kind: "input", reader: name }] : uses;
  }
  if (operand === "code") uses.push({ kind: "code", reader: name, word: first });
  if (operand === "file") uses.push({ kind: "run", word: first });
  if (operand === "data" && name === "sqlite3") {
    uses.push(...words.slice(1).map((word): Use => ({ kind: "code", reader: name, word })));
  }
  return uses;
}

function readerOf(word: Word | undefined): Reader | undefined {
  const name = nameOf(word);
  return READERS.find(([pattern]) => pattern.test(name))?.[1];
}

function nameOf(word: Word | undefined): string {
  return word?.text.replace(/^.*\//s, "") ?? "";
}

function beforeEqual(text: string): string {
  return text.split("=")[0] ?? "";
}
