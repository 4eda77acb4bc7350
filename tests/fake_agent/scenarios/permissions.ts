import { freshId } from "../ids.ts";
import { type Fields, fieldsOf } from "../json.ts";
import type { Turn } from "../turn.ts";

/** One choice. */
interface Choice {
  readonly optionId: string;
  readonly kind: "allow_once" | "allow_always" | "reject_once" | "reject_always";
  readonly name: string;
}

/** The choices of one permission request, in their order. */
export type Offer = readonly Choice[];

const ONCE: Choice = { optionId: "once", kind: "allow_once", name: "Allow once" };
const ALWAYS: Choice = { optionId: "always", kind: "allow_always", name: "Always allow" };
const REJECT: Choice = { optionId: "reject", kind: "reject_once", name: "Reject" };
const NEVER: Choice = { optionId: "never", kind: "reject_always", name: "Always reject" };

/**
 * What is offered, request by request: opencode's own order, reject first, no "once", ids that
 * say the opposite of their kind, and nothing but rejection.
 */
export const OFFERS: readonly Offer[] = [
  [ONCE, ALWAYS, REJECT],
  [REJECT, NEVER, ALWAYS, ONCE],
  [NEVER, ALWAYS],
  [{ ...REJECT, optionId: "allow" }, { ...ONCE, optionId: "reject" }],
  [REJECT, NEVER],
];

/** The parameters of a `session/request_permission` as opencode sends it for a shell command. */
export function permissionParams(turn: Turn, options: Offer): Fields {
  const toolCall = {
    toolCallId: freshId("call"),
    title: "echo hi",
    kind: "execute",
    status: "pending",
    locations: [],
    rawInput: { command: "echo hi" },
  };
  return { sessionId: turn.session.id, toolCall, options };
}

/** What is wrong with the answer to an offer, if anything: a permission that can be granted must be. */
export function refusal(offer: Offer, frame: Fields): string | undefined {
  const grants = offer.filter(({ kind }) => kind.startsWith("allow"));
  if (grants.length === 0) return undefined;
  const { outcome, optionId } = fieldsOf(fieldsOf(frame["result"])["outcome"]);
  const granted = outcome === "selected" && grants.some((choice) => choice.optionId === optionId);
  if (granted) return undefined;
  const ids = offer.map((choice) => choice.optionId).join(", ");
  return `the permission offered as [${ids}] was not granted but answered ${JSON.stringify(frame)}`;
}
