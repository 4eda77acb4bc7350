import { EXPANDED, type Word } from "../shell/parts.ts";
import { beforeEqual, type Use } from "./use.ts";

/** Options of any of its commands whose value git runs; they may be cut short. */
const LONG = [
  ...["--exec", "--extcmd", "--open-files-in-pager", "--upload-pack", "--receive-pack"],
  ...["--env-filter", "--tree-filter", "--index-filter", "--parent-filter", "--msg-filter"],
  ...["--commit-filter", "--tag-name-filter", "--setup", "--to-cmd", "--cc-cmd", "--header-cmd"],
  ...["--sendmail-cmd", "--smtp-server", "--config", "--template"],
];
/** The letters for the same, by command. */
const LETTERS: ReadonlyMap<string, string> = new Map([
  ["rebase", "x"],
  ["difftool", "x"],
  ["grep", "O"],
  ["clone", "uc"],
]);
/** Settings that name, and do not command. */
const HARMLESS = /^(user\.(name|email)|branch\..*\.description|commit\.gpgsign)$/;

/**
 * What git would run of the words of one of its commands.
 *
 * @param words the command of git, as `rebase`, and its arguments.
 */
export function gitUses(words: readonly Word[]): readonly Use[] {
  const [command, ...args] = words;
  const name = command?.text ?? "";
  const values = args.flatMap((word, index) => takenBy(name, word, args[index + 1]));
  const behind = args.findIndex(({ text }) => text === (name === "bisect" ? "run" : "foreach"));
  if (name === "bisect" && behind >= 0) {
    const program = args[behind + 1];
    return program ? [...values, { kind: "run", word: program }] : values;
  }
  if (name === "submodule" && behind >= 0) {
    return [
      ...values,
      ...args.slice(behind + 1).flatMap((word) => run("git submodule foreach", word)),
    ];
  }
  if (name === "config" && !args.some(({ text }) => HARMLESS.test(text))) {
    return args.map((word): Use => ({ kind: "code", reader: "git config", word }));
  }
  return values;
}

function takenBy(name: string, word: Word, next: Word | undefined): readonly Use[] {
  const { text } = word;
  const option = beforeEqual(text);
  const letter = LETTERS.get(name) ?? "";
  if (
    option.length > 3 && !/^--(to|cc)$/.test(option) && LONG.some((long) => long.startsWith(option))
  ) {
    return run(`git ${name} ${option}`, option === text ? next : word);
  }
  const at = /^-[A-Za-z]/.test(text) ? [...text].findIndex((one) => letter.includes(one)) : -1;
  if (at < 1 || text.slice(0, at).includes(EXPANDED)) return [];
  return run(`git ${name} -${text[at]}`, at === text.length - 1 ? next : word);
}

function run(reader: string, word: Word | undefined): readonly Use[] {
  return word ? [{ kind: "code", reader, word }, { kind: "shell", reader, text: word.text }] : [];
}
