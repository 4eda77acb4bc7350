/** A text as a block of its own in Markdown, which nothing in it can end. */
export function indented(text: string): string {
  return text.split("\n").map((line) => `    ${line}`.trimEnd()).join("\n");
}
