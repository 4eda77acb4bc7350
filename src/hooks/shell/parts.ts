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

/** References, or commands, by their indexes: from one up to, and not with, another. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** A piece of a command: the references in it, and what else the shell puts in. */
export interface Piece extends Range {
  /** The variables that are expanded in it. */
  readonly variables: readonly string[];
  /** The commands that stand in it, and whose output comes in. */
  readonly nested: Range;
}

/** A word as the shell would see it before it expands anything. */
export interface Word extends Piece {
  /** Without its quotes; {@linkcode EXPANDED} stands for whatever the shell puts in. */
  readonly text: string;
  /** Nothing in it is quoted: it can be a reserved word, or an array as written. */
  readonly isPlain: boolean;
}

/** A simple command: its words, without redirections. */
export interface Command {
  readonly words: readonly Word[];
}

/** What commands may find on their standard input: all those within a group, a loop or a subshell. */
export interface Flow {
  /** Here-documents, here-strings and files, as far as they are redirected to it. */
  readonly input: readonly Piece[];
  /** The commands whose output it is. */
  readonly from: Range;
  /** The commands that may read it. */
  readonly to: Range;
}

/** A function of the shell. */
export interface ShellFunction {
  readonly name: string;
  /** The commands of its body. */
  readonly body: Range;
}

/** A command for the shell, taken apart. */
export interface Scan {
  readonly found: readonly Found[];
  readonly commands: readonly Command[];
  readonly flows: readonly Flow[];
  readonly functions: readonly ShellFunction[];
}

/** Stands for an expansion; no command contains it. */
export const EXPANDED = "\0";

/** Where shells differ, or the text ends too soon: what is quoted there cannot be told. */
export class UnclearError extends Error {}
