import { formatId } from "../../session/ids.ts";
import { NOTE_TYPES } from "../../session/note.ts";
import { addNote, completeSession, summarize } from "../../session/session_rules.ts";
import { readNotes } from "../../store/read.ts";
import { execute, view } from "./execute.ts";
import type { Subcommand } from "./subcommand.ts";
import { readNoteType } from "./values.ts";

const TYPE_HELP = NOTE_TYPES.join(", ");

/** `note-add`: records something worth remembering. */
export const noteAdd: Subcommand = {
  name: "note-add",
  help: "Record a note for later iterations",
  creates: true,
  flags: [
    { name: "content", value: "text", help: "the note; - reads stdin", required: true },
    { name: "type", value: "type", help: TYPE_HELP, words: NOTE_TYPES, required: true },
  ],
  run: async (context) => {
    const type = readNoteType("--type", context.flags.get("type") ?? "");
    const text = await context.text("content");
    const { events } = await execute(
      context,
      { create: true, tasks: false },
      (session) => addNote(session, type, text),
    );
    const n = events.find((event) => event.type === "note.added")?.data.n ?? 0;
    const id = formatId("NOT", n);
    return { words: `Note added: [${type}] ${id}`, json: { id, type, content: text.trim() } };
  },
};

/** `note-list`: the notes, all or of one type. */
export const noteList: Subcommand = {
  name: "note-list",
  help: "List notes",
  creates: false,
  flags: [{ name: "type", value: "type", help: `only ${TYPE_HELP}`, words: NOTE_TYPES }],
  run: async (context) => {
    const type = context.flags.get("type");
    const wanted = type === undefined ? undefined : readNoteType("--type", type);
    const { store, session, head } = await view(context);
    const all = await readNotes(store, session, head);
    const notes = all.filter((note) => wanted === undefined || note.type === wanted);
    const lines = notes.map((note) => `[${note.type}] (#${note.iteration ?? 0}) ${note.text}`);
    const none = wanted === undefined ? "No notes" : `No notes of type ${wanted}`;
    return {
      words: lines.length === 0 ? none : lines.join("\n"),
      json: notes.map((note) => ({
        id: formatId("NOT", note.n),
        type: note.type,
        content: note.text,
        iteration: note.iteration,
      })),
    };
  },
};

/** `iteration-summary`: what the iteration did, for the history of later prompts. */
export const iterationSummary: Subcommand = {
  name: "iteration-summary",
  help: "Record what this iteration did",
  creates: false,
  flags: [{ name: "summary", value: "text", help: "the summary; - reads stdin", required: true }],
  run: async (context) => {
    const text = await context.text("summary");
    const { events } = await execute(
      context,
      { create: false, tasks: false },
      (session) => summarize(session, text),
    );
    const n = events.find((event) => event.type === "iteration.summary")?.data.n ?? 0;
    return {
      words: `Summary recorded for iteration #${n}`,
      json: { iteration: n, summary: text.trim() },
    };
  },
};

/** `session-complete`: declares the whole session done. */
export const sessionComplete: Subcommand = {
  name: "session-complete",
  help: "Declare the session done; refused while tasks need work",
  creates: false,
  flags: [],
  run: async (context) => {
    await execute(
      context,
      { create: false, tasks: true },
      (session) => completeSession(session, false),
    );
    return { words: "Session marked complete", json: { complete: true } };
  },
};
