/** How parts of a line stand out. Every function gives its text back as it is without colour. */
export interface Style {
  /** What is there to be looked up, not read: thinking, details of tools. */
  dim(text: string): string;
  /** The one accent: iterations and tasks. */
  accent(text: string): string;
  /** Failure, and nothing else. */
  bad(text: string): string;
}

/** Text as it is. */
export const PLAIN: Style = {
  dim: (text) => text,
  accent: (text) => text,
  bad: (text) => text,
};

const sgr = (code: number, end: number) => (text: string): string =>
  text === "" ? "" : `\x1b[${code}m${text}\x1b[${end}m`;

/** Text with the sixteen colours that every terminal knows, as its user has chosen them. */
export const COLOURED: Style = {
  dim: sgr(2, 22),
  accent: sgr(36, 39),
  bad: sgr(31, 39),
};

/**
 * Whether to colour: FORCE_COLOR (set, not `0`) says yes, then NO_COLOR (set) no, else a terminal that
 * is not `dumb` does. (The conventions of force-color.org and no-color.org.)
 */
export function wantsColour(
  env: (name: string) => string | undefined,
  isTerminal: boolean,
): boolean {
  const forced = env("FORCE_COLOR");
  if (forced !== undefined && forced !== "") return forced !== "0" && forced !== "false";
  const refused = env("NO_COLOR");
  if (refused !== undefined && refused !== "") return false;
  return isTerminal && env("TERM") !== "dumb";
}
