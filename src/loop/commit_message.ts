import { headOf, oneLine } from "../platform/text.ts";
import { formatId } from "../session/ids.ts";
import type { Task } from "../session/task.ts";

const SUBJECT_CHARS = 72;

/** Words at the start of a task, and the type of change that they speak of (conventionalcommits.org). */
const TYPES: readonly (readonly [words: RegExp, type: string])[] = [
  [/^(fix|repair|correct|resolve|mend)\b/i, "fix"],
  [/^(document|describe|explain|readme|write (the )?docs?)\b/i, "docs"],
  [/^(test|cover|write (the )?(unit |integration )?tests?)\b/i, "test"],
  [/^(refactor|rename|restructure|clean|simplify|move)\b/i, "refactor"],
];

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
  const [first] = tasks;
  const subject = first === undefined
    ? `chore: work of iteration ${iteration}`
    : `${typeOf(first.text)}: ${oneLine(first.text, 500)}`;
  const trailers = [
    `Iteratr-Session: ${session}`,
    `Iteratr-Iteration: ${iteration}`,
    ...tasks.map(({ n }) => `Iteratr-Task: ${formatId("TAS", n)}`),
  ];
  const body = summary === null ? [] : [plainLines(summary)];
  return `${[cut(subject), ...body, trailers.join("\n")].join("\n\n")}\n`;
}

function typeOf(text: string): string {
  return TYPES.find(([words]) => words.test(text.trim()))?.[1] ?? "feat";
}

function cut(subject: string): string {
  return subject.length <= SUBJECT_CHARS ? subject : `${headOf(subject, SUBJECT_CHARS - 3)}...`;
}

/** A line that begins with `#` could be taken for a comment, and zeros end a message. */
function plainLines(text: string): string {
  return text.replaceAll("\0", "").split("\n").map((line) => line.replace(/^#/, " #")).join("\n")
    .trim();
}
