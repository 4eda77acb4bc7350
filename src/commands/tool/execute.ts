import { UserError } from "../../platform/failure.ts";
import type { SessionEvent } from "../../session/event.ts";
import type { Ruling, SessionView } from "../../session/ruling.ts";
import type { Head } from "../../session/state.ts";
import type { Task } from "../../session/task.ts";
import { readHead, readTasks, sessionNames } from "../../store/read.ts";
import { transact } from "../../store/transact.ts";
import type { Opened, ToolContext } from "./subcommand.ts";

/** What a granted command has stored. */
export interface Done {
  readonly events: readonly SessionEvent[];
  readonly head: Head;
}

/**
 * Carries out a rule on the session, and makes a session that is not there if it may.
 *
 * @throws {UserError} when the rule refuses, or there is no such session.
 */
export async function execute(
  context: ToolContext,
  options: { readonly create: boolean; readonly tasks: boolean },
  decide: (view: SessionView) => Ruling,
): Promise<Done> {
  const { store, session } = await context.open();
  const outcome = await transact(store, {
    session,
    actor: context.actor,
    tasks: options.tasks,
    decide,
    ...(options.create ? { create: { spec: null } } : {}),
  });
  switch (outcome.kind) {
    case "refused":
      throw new UserError(outcome.why);
    case "no-session":
      throw await noSession({ store, session });
    case "committed":
      if (outcome.created) context.notice(`session ${session} is new: it was not there before`);
      return outcome;
  }
}

/** Reads the head and the tasks of a session that must be there. */
export async function view(
  context: ToolContext,
): Promise<Opened & { readonly head: Head; readonly tasks: readonly Task[] }> {
  const { store, session } = await context.open();
  const head = await readHead(store, session);
  if (head === undefined) throw await noSession({ store, session });
  return { store, session, head, tasks: await readTasks(store, session, head) };
}

async function noSession({ store, session }: Opened): Promise<UserError> {
  const names = await sessionNames(store);
  const there = names.length === 0 ? "there is none yet" : `there is ${names.join(", ")}`;
  return new UserError(`there is no session ${session}; ${there}`);
}
