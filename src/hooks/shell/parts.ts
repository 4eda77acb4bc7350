/** A reference found in a command, and what has to stand in its place. */
export interface Found {
  readonly name: string;
  /** Offsets in the command. */
  readonly from: number;
  readonly to: number;
  readonly put: string;
  /** `literal`: the shell would expand nothing there. */
  readonly place: "word" | "arithmetic" | "literal";
}

/** References, by their indexes: from one up to, and not with, another. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** A word as the shell would see it before it expands anything. */
export interface Word extends Range {
  /** Without its quotes; {@linkcode EXPANDED} stands for whatever the shell puts in. */
  readonly text: string;
  /** Nothing in it is quoted: it can be a reserved word, or an array as written. */
  readonly isPlain: boolean;
}

/** A simple command: its words, without redirections. */
export interface Command {
  readonly words: readonly Word[];
  /** What its here-documents and here-strings refer to. */
  readonly input: readonly Range[];
  /** The first command of its pipeline, by index; its own when nothing is piped into it. */
  readonly pipedFrom: number;
}

/** A command for the shell, taken apart. */
export interface Scan {
  readonly found: readonly Found[];
  readonly commands: readonly Command[];
}

/** Stands for an expansion; no command contains it. */
export const EXPANDED = "\0";

/** Where shells differ, or the text ends too soon: what is quoted there cannot be told. */
export class UnclearError extends Error {}
