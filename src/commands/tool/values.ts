import { UserError } from "../../platform/failure.ts";
import { formatId, type IdPrefix, parseId } from "../../session/ids.ts";
import { isNoteType, NOTE_TYPES, type NoteType } from "../../session/note.ts";
import type { TaskDraft } from "../../session/task_rules.ts";
import {
  isPriority,
  isTaskStatus,
  type Priority,
  TASK_STATUSES,
  type TaskStatus,
} from "../../session/task.ts";

/*
 * Values as they come from a command line or a model, judged by their source text. Each function
 * throws a UserError that names the flag (or the item of a batch), the value and what is allowed.
 */

/** Reads the number out of an id such as `TAS-3`. */
export function readId(where: string, prefix: IdPrefix, text: string): number {
  const n = parseId(prefix, text);
  if (n === undefined) {
    throw new UserError(`${where} must be an id such as ${formatId(prefix, 3)}, got "${text}"`);
  }
  return n;
}

/** Reads a task's status. */
export function readStatus(where: string, text: string): TaskStatus {
  if (!isTaskStatus(text)) {
    throw new UserError(`${where} must be one of ${TASK_STATUSES.join(", ")}, got "${text}"`);
  }
  return text;
}

/** Reads a priority: one digit, so that `08`, `1e0` and `2.0` are no numbers of ours. */
export function readPriority(where: string, text: string): Priority {
  const value = /^[0-9]$/.test(text) ? Number(text) : NaN;
  if (!isPriority(value)) {
    throw new UserError(
      `${where} must be a whole number from 0 (most urgent) to 4 (least), got "${text}"`,
    );
  }
  return value;
}

/** Reads a note's type. */
export function readNoteType(where: string, text: string): NoteType {
  if (!isNoteType(text)) {
    throw new UserError(`${where} must be one of ${NOTE_TYPES.join(", ")}, got "${text}"`);
  }
  return text;
}

/** Reads the JSON of `--tasks`: an array of `{"content", "status"?, "priority"?}`. */
export function readDrafts(text: string): readonly TaskDraft[] {
  const shape = '[{"content": "...", "priority": 2}, ...]';
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UserError(`--tasks must be a JSON array like ${shape}; it is no JSON: ${why}`);
  }
  if (!Array.isArray(json)) {
    throw new UserError(`--tasks must be a JSON array like ${shape}, got ${kindOf(json)}`);
  }
  return json.map((item: unknown, index) => readDraft(item, `item ${index + 1} of --tasks`));
}

const DRAFT_KEYS = ["content", "status", "priority"];

function readDraft(item: unknown, where: string): TaskDraft {
  if (typeof item !== "object" || item === null || Array.isArray(item)) {
    throw new UserError(`${where} must be an object with "content", got ${kindOf(item)}`);
  }
  const fields = new Map<string, unknown>(Object.entries(item));
  for (const key of fields.keys()) {
    if (!DRAFT_KEYS.includes(key)) {
      throw new UserError(`${where} has an unknown key "${key}"; known: ${DRAFT_KEYS.join(", ")}`);
    }
  }
  const content = fields.get("content");
  if (typeof content !== "string") {
    throw new UserError(`${where} needs "content", a text; got ${kindOf(content)}`);
  }
  const status = fields.get("status");
  const priority = fields.get("priority");
  return {
    text: content,
    ...(status === undefined ? {} : { status: readStatus(`"status" of ${where}`, asText(status)) }),
    ...(priority === undefined
      ? {}
      : { priority: readPriority(`"priority" of ${where}`, asText(priority)) }),
  };
}

function asText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value) ?? "";
}

function kindOf(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  return Array.isArray(value)
    ? "an array"
    : typeof value === "object"
    ? "an object"
    : `a ${typeof value}`;
}
