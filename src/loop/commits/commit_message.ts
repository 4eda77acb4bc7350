import { SESSION_TRAILER } from "../../git/history.ts";
import { headOf, oneLine, printable } from "../../platform/text.ts";
import { formatId } from "../../session/ids.ts";
import type { Task } from "../../session/task.ts";

const SUBJECT_CHARS = 72;

/** Words at the start of a task, and the type of change that they speak of (conventionalcommits.org). */
const TYPES: readonly (readonly [words: RegExp, type: string])[] = [
  [/^(fix|repair|correct|resolve|mend)\b/i, "fix"],
  [/^(document|describe|explain|readme|write (the )?docs?)\b/i, "docs"],
  [/^(test|cover|write (the )?(unit |integration )?tests?)\b/i, "test"],
  [/^(refactor|rename|restructure|clean|simplify|move)\b/i, "refactor"],
];

/** A task that says its type itself, perhaps with a scope and the mark of a breaking change. */
const CONVENTIONAL =
  /^(build|chore|ci|docs|feat|fix|perf|refactor|revert|style|test)(\([^()]+\))?!?: \S/;

/** What a commit of an iteration's work is made from. */
export interface CommitWords {
  readonly session: string;
  readonly iteration: number;
  /** The tasks that the iteration worked on; the first names the commit. */
  readonly tasks: readonly Task[];
  readonly summary: string | null;
}

/**
 * The message for the work of an iteration: a subject in conventional form from its task, a body from its
 * summary, and trailers that lead back to the session.
 */
export function commitMessage({ session, iteration, tasks, summary }: CommitWords): string {
  const trailers = [
    `${SESSION_TRAILER}: ${session}`,
    `Iteratr-Iteration: ${iteration}`,
    ...tasks.map(({ n }) => `Iteratr-Task: ${formatId("TAS", n)}`),
  ];
  const subject = cut(subjectFor(tasks[0]?.text ?? "") ?? `chore: work of iteration ${iteration}`);
  const body = plainLines(summary ?? "");
  return `${[subject, ...(body === "" ? [] : [body]), trailers.join("\n")].join("\n\n")}\n`;
}

/** `undefined` when the task says nothing that could be printed. */
function subjectFor(task: string): string | undefined {
  const text = oneLine(printable(task), 500);
  if (text === "") return undefined;
  if (CONVENTIONAL.test(text)) return text;
  const type = TYPES.find(([words]) => words.test(text))?.[1] ?? "feat";
  return `${type}: ${text}`;
}

function cut(subject: string): string {
  return subject.length <= SUBJECT_CHARS ? subject : `${headOf(subject, SUBJECT_CHARS - 3)}...`;
}

/** A line that begins with `#` could be taken for a comment, and zeros end a message. */
function plainLines(text: string): string {
  return printable(text).trim().replaceAll(/^#/gm, " #");
}
