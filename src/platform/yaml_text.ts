import { type Document, isScalar, LineCounter, type Node, parseDocument } from "yaml";
import type { Problem } from "./problem.ts";

/** A YAML text as its nodes, with where they stand. */
export interface YamlText {
  /** `null`: there is nothing in it. */
  readonly root: Node | null;
  /** What makes it no YAML. */
  readonly problems: readonly Problem[];
  /** `NAME:LINE:COLUMN` of an offset. */
  place(offset: number): string;
  /** The line of an offset, from 1. */
  line(offset: number): number;
}

/**
 * Reads a YAML text; never throws. A key that is there twice is left to the reader, who knows its name.
 *
 * @param name the file as messages name it.
 * @param what what the text is, as messages call it: `a configuration`.
 */
export function readYamlText(text: string, name: string, what: string): YamlText {
  const lines = new LineCounter();
  const place = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${name}:${line}:${col}`;
  };
  const line = (offset: number): number => lines.linePos(offset).line;
  const document = parsed(text, lines);
  if (document === undefined) {
    const message = "not valid YAML: it is nested too deeply";
    return { root: null, problems: [{ message, where: `${name}:1:1` }], place, line };
  }
  const problems = document.errors.map((error): Problem => ({
    message: error.code === "MULTIPLE_DOCS"
      ? `${what} is one document: a second one begins here`
      : `not valid YAML: ${error.message.split(" at line ")[0]}`,
    where: place(error.pos[0]),
  }));
  return { root: document.contents, problems, place, line };
}

/** The parser calls itself for what is nested, and so is at the end of its stack some thousands deep. */
function parsed(text: string, lineCounter: LineCounter): Document.Parsed | undefined {
  try {
    return parseDocument(text, { lineCounter, uniqueKeys: false, version: "1.2" });
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Whether nothing is written where a node could be. */
export function isNothing(node: Node | null): boolean {
  return node === null || (isScalar(node) && node.value === null && (node.source ?? "") === "");
}
