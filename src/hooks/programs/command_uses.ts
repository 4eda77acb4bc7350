import type { Command, Word } from "../shell/parts.ts";
import { assignmentUses } from "./assignments.ts";
import { builtinUses } from "./builtins.ts";
import { codeArguments } from "./code_arguments.ts";
import { commandReaderOf } from "./command_readers.ts";
import { expandedUses, isExpanded } from "./expanded_program.ts";
import { gitUses } from "./git_uses.ts";
import { isJoiner, isLauncher, joinedUses } from "./joined.ts";
import { type Reader, readerOf } from "./readers.ts";
import { nameOf, type Use } from "./use.ts";
import { replacedByInput, unwrap, type Wrapper } from "./wrappers.ts";

/** What only shows, stores or searches its words, and what it reads, whatever they are. */
const PLAIN =
  /^(echo|printf|logger|notify-send|cat|tee|e?f?grep|tr|cut|uniq|head|tail|wc|jq|base64|fold|fmt|nl|tac|rev|paste|column|test|\[|\[\[|:|true|false|cd|ls|mkdir|read)$/;
/** These get a shell when nothing else is said. */
const LOGS_IN = /^(sudo|doas|chroot)$/;
/** Words that name what a command is about, far more often than a program. */
const SELDOM = /^(view|\.|source|at|batch|just|watch|trap|alias|complete|bind|enable|fc|screen)$/;

const ASSIGNMENT = /^[A-Za-z_][A-Za-z0-9_]*\+?=/;

/**
 * What a simple command would do with its words, as far as that is more than passing them on. Programs
 * are known by their names; what an unknown one does with its words, nobody can tell.
 */
export function usesOf(command: Command): readonly Use[] {
  const first = command.words.findIndex(({ text }) => !ASSIGNMENT.test(text));
  const words = first < 0 ? [] : command.words.slice(first);
  const uses = [
    ...assignmentUses(first < 0 ? command.words : command.words.slice(0, first)),
    ...wordUses(words),
  ];
  return PLAIN.test(nameOf(words[0])) ? uses : [...uses, ...guessedUses(words)];
}

/** A program that is not known may run what is behind it, as `docker exec` and `docker run` do. */
function guessedUses(words: readonly Word[]): readonly Use[] {
  let command = words;
  for (let inner = unwrap(command); inner; inner = unwrap(command)) command = inner.command;
  if (PLAIN.test(nameOf(command[0])) || isJoiner(nameOf(command[0]))) return [];
  // What stands behind the script of a shell is for the script.
  let isTaken = isInterpreter(readerOf(command[0]));
  return [...command.keys()].slice(1).flatMap((index) => {
    const uses = guessedAt(command.slice(index));
    // The scripts that are known are theirs, as `manage.py`.
    const guessed = isTaken && nameOf(command[index]) !== "manage.py"
      ? uses.filter(({ kind }) => kind === "code")
      : uses;
    // All that follows is its own command.
    isTaken ||= guessed.some(({ kind }) => kind === "shell") && isJoiner(nameOf(command[index]));
    return guessed;
  });
}

function isInterpreter(reader: Reader | undefined): boolean {
  return reader?.input === true && reader.operand === "file";
}

/** What a command of a program does that has many, if such a one takes code. */
function commandUses(program: Word, args: readonly Word[]): readonly Use[] | undefined {
  const { valued } = readerOf(program) ?? {};
  const at = args.findIndex(({ text }, index) =>
    !text.startsWith("-") && !valued?.test(args[index - 1]?.text ?? "")
  );
  const command = args[at];
  const reader = command && commandReaderOf(nameOf(program), command.text);
  if (reader === undefined) return undefined;
  const name = { ...program, text: `${nameOf(program)} ${command?.text}` };
  return codeArguments(reader, [name, ...args.slice(at + 1)], false);
}

function guessedAt([first, ...args]: readonly Word[]): readonly Use[] {
  if (first === undefined) return [];
  // The name of an image: `node:22`.
  const program = { ...first, text: nameOf(first).replace(/[:@].*$/s, "") };
  const commands = commandUses(program, args);
  if (commands !== undefined) return commands;
  const reader = readerOf(program);
  const uses = reader ? codeArguments(reader, [program, ...args], true) : [];
  if (reader === undefined && isJoiner(program.text) && !SELDOM.test(program.text)) {
    return joinedUses(program.text, args)
      .filter(({ kind }) => kind !== "code" || isLauncher(program.text));
  }
  return SELDOM.test(program.text) ? uses.filter(({ kind }) => kind === "code") : uses;
}

function wordUses(words: readonly Word[]): readonly Use[] {
  const [program] = words;
  if (program === undefined) return [];
  const run: Use = { kind: "run", word: program };
  const wrapper = unwrap(words);
  return wrapper ? [run, ...wrapperUses(wrapper)] : [run, ...programUses(nameOf(program), words)];
}

function wrapperUses(wrapper: Wrapper): readonly Use[] {
  const { name, options, command } = wrapper;
  const uses = [...assignmentUses(options), ...wordUses(command)];
  if (name === "env") {
    const split = options.findIndex(({ text }) => /^(-S|--split-string)/.test(text));
    const code = split < 0 ? [] : [...options.slice(split), ...command.slice(0, 1)].slice(0, 2);
    const text = code.map((word) => word.text.replace(/^(-S|--split-string=?)/, "")).join(" ");
    const shell: readonly Use[] = code.length > 0
      ? [{ kind: "shell", reader: "env -S", text }]
      : [];
    return [
      ...code.map((word): Use => ({ kind: "code", reader: "env -S", word })),
      ...shell,
      ...uses,
    ];
  }
  if (name !== "xargs") {
    const isShell = LOGS_IN.test(name) && command.length === 0;
    return isShell ? [{ kind: "input", reader: name }] : uses;
  }
  return [...uses, ...fedUses(wrapper, uses)];
}

/** What `xargs` makes of its input: arguments of a command, which may be code there, or say so. */
function fedUses(wrapper: Wrapper, uses: readonly Use[]): readonly Use[] {
  const replaced = replacedByInput(wrapper);
  const fed = uses.flatMap((use): Use[] =>
    "word" in use &&
      (use.word.text.includes(replaced) || (use.kind === "code" && isJoiner(use.reader)))
      ? [{ kind: "input", reader: use.kind === "code" ? `xargs ${use.reader}` : "xargs" }]
      : []
  );
  let { command } = wrapper;
  for (let inner = unwrap(command); inner; inner = unwrap(command)) command = inner.command;
  const name = nameOf(command[0]);
  const isOpen = name === "" ? wrapper.command.length > 0 : name === "find" ||
    isJoiner(name) || (command.length === 1 && readerOf(command[0]) !== undefined);
  return isOpen ? [...fed, { kind: "input", reader: `xargs ${name}`.trimEnd() }] : fed;
}

function programUses(name: string, words: readonly Word[]): readonly Use[] {
  const [program, ...args] = words;
  if (program && isExpanded(program)) return expandedUses(args);
  const commands = program ? commandUses(program, args) : undefined;
  if (commands !== undefined) return commands;
  const reader = readerOf(program);
  if (reader !== undefined) {
    const uses = codeArguments(reader, words, false);
    return name === "git" ? [...uses, ...gitUses(subcommandOf(args))] : uses;
  }
  if (isJoiner(name)) return joinedUses(name, args);
  if (name === "gh" && args[0]?.text === "alias") {
    const reader = "gh alias";
    return [...args.map((word): Use => ({ kind: "code", reader, word })), {
      kind: "input",
      reader,
    }];
  }
  if (name === "find") {
    return args.flatMap(({ text }, index) =>
      /^-(exec|ok)(dir)?$/.test(text) ? wordUses(upToEnd(args.slice(index + 1))) : []
    );
  }
  return builtinUses(name, args);
}

/** The command behind `-exec`. */
function upToEnd(words: readonly Word[]): readonly Word[] {
  const end = words.findIndex(({ text }) => /^[;+]$/.test(text));
  return end < 0 ? words : words.slice(0, end);
}

/** The command of git, behind the options of git itself. */
function subcommandOf(args: readonly Word[]): readonly Word[] {
  const at = args.findIndex(({ text }, index) =>
    !text.startsWith("-") &&
    !/^(-[cC]|--(git-dir|work-tree|namespace|config-env|attr-source))$/.test(
      args[index - 1]?.text ?? "",
    )
  );
  return at < 0 ? [] : args.slice(at);
}
