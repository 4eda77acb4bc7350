/** Every kind of note, in the order in which lists show them. */
export const NOTE_TYPES = ["learning", "stuck", "tip", "decision"] as const;

/** One of {@linkcode NOTE_TYPES}. */
export type NoteType = typeof NOTE_TYPES[number];

/** Something worth remembering beyond the iteration that found it. */
export interface Note {
  readonly n: number;
  readonly type: NoteType;
  readonly text: string;
  readonly createdAt: string;
  /** The iteration that wrote it; null when none was running. */
  readonly iteration: number | null;
}

/** Narrows a text to a note type. */
export function isNoteType(text: string): text is NoteType {
  return (NOTE_TYPES as readonly string[]).includes(text);
}
