import { EXPANDED, type Word } from "../shell/parts.ts";
import { beforeEqual, nameOf, type Use } from "./use.ts";

/** Behind these stands code: for shells and python, for perl and its like, and by long names. */
const TAKES_CODE =
  /^(-[abefhilmnsuvxBCEIOST]*c[abefhilmnsuvxBCEIOST]*|-[alnp0-9]*[eE]|--(eval|command|execute|call|cmd))$/;
/** These have the code within them, as `-eCODE` and `--eval=CODE`; not `-cookie=TEXT`. */
const HOLDS_CODE = /^(-[ceE]\w*[^\w=-]|--(eval|command|execute|call|cmd)=)/;
const OPTION = /^[-+]./;

/** Whether only the shell can tell which program it is, as of `$SHELL`. */
export function isExpanded(program: Word): boolean {
  return nameOf(program).includes(EXPANDED);
}

/**
 * What a program that nobody can tell would do with its arguments: it may be a shell or an interpreter
 * when an option looks as if code were behind it; all else it is taken to pass on.
 */
export function expandedUses(args: readonly Word[]): readonly Use[] {
  const uses: Use[] = [];
  let isValue = false;
  for (const [index, word] of args.entries()) {
    const { text } = word;
    const isOption = OPTION.test(text);
    // Behind a script's name, say, options are for the script.
    if (text === "--" || !(isOption || isValue || text.includes(EXPANDED))) break;
    isValue = isOption;
    if (HOLDS_CODE.test(text)) {
      const option = text.startsWith("--") ? beforeEqual(text) : text.slice(0, 2);
      uses.push({ kind: "code", reader: readerBy(option), word });
    } else if (TAKES_CODE.test(text)) uses.push(...behind(args.slice(index + 1), readerBy(text)));
  }
  return uses;
}

/** For some programs code is the next word, whatever it is, and for shells the first operand. */
function behind(words: readonly Word[], reader: string): readonly Use[] {
  const operand = words.find(({ text }, index) =>
    !OPTION.test(text) && !/^[-+][oO]$/.test(words[index - 1]?.text ?? "")
  );
  const code = [...words.slice(0, 1), ...(operand ? [operand] : [])]
    .map((word): Use => ({ kind: "code", reader, word }));
  // It comes from elsewhere, as from `xargs`.
  return operand ? code : [...code, { kind: "input", reader }];
}

function readerBy(option: string): string {
  return `a program that only the shell can tell, by ${option}`;
}
