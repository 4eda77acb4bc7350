import { UserError } from "../../platform/failure.ts";
import type { SessionEvent } from "../../session/event.ts";
import type { Ruling, SessionView } from "../../session/ruling.ts";
import type { Head } from "../../session/state.ts";
import type { Task } from "../../session/task.ts";
import { readHead, readTasks, sessionNames } from "../../store/read.ts";
import { transact } from "../../store/transact.ts";
import type { ToolContext } from "./subcommand.ts";

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
  const { store, session, actor } = context;
  const outcome = await transact(store, {
    session,
    actor,
    tasks: options.tasks,
    decide,
    ...(options.create ? { create: { spec: null } } : {}),
  });
  switch (outcome.kind) {
    case "refused":
      throw new UserError(outcome.why);
    case "no-session":
      throw await noSession(context);
    case "committed":
      if (outcome.created) context.notice(`session ${session} is new: it was not there before`);
      return outcome;
  }
}

/** Reads the head and the tasks of a session that must be there. */
export async function view(
  context: ToolContext,
): Promise<{ readonly head: Head; readonly tasks: readonly Task[] }> {
  const head = await readHead(context.store, context.session);
  if (head === undefined) throw await noSession(context);
  return { head, tasks: await readTasks(context.store, context.session, head) };
}

async function noSession({ store, session }: ToolContext): Promise<UserError> {
  const names = await sessionNames(store);
  const there = names.length === 0 ? "there is none yet" : `there is ${names.join(", ")}`;
  return new UserError(`there is no session ${session}; ${there}`);
}
