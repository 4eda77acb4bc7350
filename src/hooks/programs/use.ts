import type { Word } from "../shell/parts.ts";

/** What a program would do with a word, as far as that can make code of it. */
export type Use =
  | { readonly kind: "code"; readonly reader: string; readonly word: Word }
  | { readonly kind: "run" | "arithmetic" | "name"; readonly word: Word }
  /** It has a shell run this, with the same standard input. */
  | { readonly kind: "shell"; readonly reader: string; readonly text: string }
  /** It reads its standard input as code. */
  | { readonly kind: "input"; readonly reader: string };

/** The name of a program, without the directory it lies in. */
export function nameOf(word: Word | undefined): string {
  return word?.text.replace(/^.*\//s, "") ?? "";
}

/** What stands in front of the first `=`: the name of a variable, or a long option. */
export function beforeEqual(text: string): string {
  return text.split("=")[0] ?? "";
}
