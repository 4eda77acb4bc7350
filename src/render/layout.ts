/** How wide the lines of a run are where no terminal says otherwise, in characters. */
export const PIPE_WIDTH = 92;

const LABEL_WIDTH = 8;

/** `task    TAS-1 ...`: a word in the first column, so that the eye finds what it looks for. */
export function labelled(label: string, text: string): string {
  return `${label.padEnd(LABEL_WIDTH)}${text}`;
}

/** A line that belongs to the one above it. */
export function continued(text: string): string {
  return text === "" ? "" : `${" ".repeat(LABEL_WIDTH)}${text}`;
}

/** `left` and `right` at the two ends of a line, or with two spaces between when it is too short. */
export function spread(left: string, right: string, width: number): string {
  const gap = Math.max(2, width - left.length - right.length);
  return right === "" ? left : `${left}${" ".repeat(gap)}${right}`;
}

/** `== iteration 1 ======= 14:02:11`. */
export function rule(left: string, right: string, width: number): string {
  const line = "=".repeat(Math.max(3, width - left.length - right.length - 5));
  return `== ${left} ${line} ${right}`;
}

/** `14:02:11` in local time. */
export function timeOfDay(at: Date): string {
  return at.toTimeString().slice(0, 8);
}
