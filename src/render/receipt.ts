import { formatDuration, plural } from "../platform/text.ts";
import { usageText } from "../session/usage_text.ts";
import type { EventData } from "../session/event.ts";

/** `1m12s  18.2k in, 2.1k out, $0.09  1 task done, 3 open`: what an iteration took and brought. */
export function receipt(
  data: EventData["iteration.ended"],
  done: number,
  open: number,
): string {
  return [
    formatDuration(data.ms),
    usageText(data.usage),
    `${plural(done, "task")} done, ${open} open`,
    commitsText(data),
  ].filter((fact) => fact !== "").join("  ");
}

/** `2 commits, 3 files, +40 -2`; a single one has told all of that in a line of its own. */
function commitsText({ commits = [], files }: EventData["iteration.ended"]): string {
  if (commits.length < 2 || files === undefined) return "";
  const { changed, added, removed } = files;
  return `${plural(commits.length, "commit")}, ${plural(changed, "file")}, +${added} -${removed}`;
}
