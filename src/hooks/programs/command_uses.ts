import type { Command, Word } from "../shell/parts.ts";
import { builtinUses } from "./builtins.ts";
import { codeArguments } from "./code_arguments.ts";
import { expandedUses, isExpanded } from "./expanded_program.ts";
import { isJoiner, joinsInput, readerOf } from "./readers.ts";
import { nameOf, type Use } from "./use.ts";
import { replacedByInput, unwrap, type Wrapper } from "./wrappers.ts";

/** What only shows or stores its words, whatever they are. */
const PLAIN = /^(echo|printf|git|logger|notify-send)$/;

const ASSIGNMENT = /^[A-Za-z_][A-Za-z0-9_]*\+?=/;

/**
 * What a simple command would do with its words, as far as that is more than passing them on. Programs
 * are known by their names; what an unknown one does with its words, nobody can tell.
 */
export function usesOf(command: Command): readonly Use[] {
  const first = command.words.findIndex(({ text }) => !ASSIGNMENT.test(text));
  const words = first < 0 ? [] : command.words.slice(first);
  const uses = wordUses(words);
  return PLAIN.test(nameOf(words[0])) ? uses : [...uses, ...guessedUses(words)];
}

/** A program that is not known may run what is behind it, as `docker exec` does. */
function guessedUses(words: readonly Word[]): readonly Use[] {
  let command = words;
  for (let inner = unwrap(command); inner; inner = unwrap(command)) command = inner.command;
  for (const index of command.keys()) {
    const reader = index > 0 ? readerOf(command[index]) : undefined;
    const code = reader ? codeArguments(reader, command.slice(index), true) : [];
    if (code.length > 0) return code;
  }
  return [];
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
  const uses = wordUses(command);
  if (name === "env") {
    const split = options.findIndex(({ text }) => /^(-S|--split-string)/.test(text));
    const code = split < 0 ? [] : [...options.slice(split), ...command.slice(0, 1)].slice(0, 2);
    return [...code.map((word): Use => ({ kind: "code", reader: "env -S", word })), ...uses];
  }
  if (name !== "xargs") return uses;
  const replaced = replacedByInput(wrapper);
  const fed = uses.flatMap((use): Use[] =>
    use.kind === "code" && (use.word.text.includes(replaced) || isJoiner(use.reader))
      ? [{ kind: "input", reader: `xargs ${use.reader}` }]
      : []
  );
  return [...uses, ...fed];
}

function programUses(name: string, words: readonly Word[]): readonly Use[] {
  const [program, ...args] = words;
  if (program && isExpanded(program)) return expandedUses(args);
  const reader = readerOf(program);
  if (reader !== undefined) return codeArguments(reader, words, false);
  if (isJoiner(name)) {
    const code = args.map((word): Use => ({ kind: "code", reader: name, word }));
    return joinsInput(name, args.length) ? [{ kind: "input", reader: name }, ...code] : code;
  }
  if (name === "deno" && args[0]?.text === "eval") {
    return args.slice(1).map((word) => ({ kind: "code", reader: "deno eval", word }));
  }
  if (name === "find") {
    return args.flatMap(({ text }, index) =>
      /^-(exec|ok)(dir)?$/.test(text) ? wordUses(args.slice(index + 1)) : []
    );
  }
  return builtinUses(name, args);
}
