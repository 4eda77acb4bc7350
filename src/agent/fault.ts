import { asNumber, asText } from "../platform/json.ts";
import type { AgentAdvice } from "./advice.ts";
import { printableLine, withoutPrefix, wordsOf } from "./error_words.ts";
import type { ProviderError } from "./monitor.ts";
import { resetInHeaders, retryInHeaders } from "./reset/headers.ts";
import { resetInJson, retryInJson } from "./reset/json.ts";
import { jsonOf, objectsIn } from "./reset/json_objects.ts";
import { resetInText, speaksOfLimit } from "./reset/text.ts";
import { believableTime } from "./reset/time_value.ts";

/** What kept a turn from its end, by what there is to do about it. */
export type Fault =
  /** What a person must mend; trying again is of no use. */
  | { readonly kind: "person"; readonly message: string; readonly hints: readonly string[] }
  /** The provider takes nothing more until then (epoch milliseconds). */
  | { readonly kind: "quota"; readonly until: number; readonly message: string }
  /** Trying again may do. */
  | { readonly kind: "transient"; readonly message: string };

/** What is known of a turn that has failed, or that was left while its agent was waiting. */
export interface FaultFacts {
  /** The agent's answer to the prompt, when it was an error (JSON-RPC). */
  readonly rpc:
    | { readonly code: number; readonly message: string; readonly data: unknown }
    | undefined;
  /** What the provider has answered, where the agent tells. */
  readonly provider: ProviderError | undefined;
  /** What the agent has announced last in this turn. */
  readonly waiting: { readonly until: number; readonly message: string } | undefined;
}

/** The protocol's code for a login that is missing. */
const AUTH_REQUIRED = -32000;
/** With these a provider may mean a limit of usage, when a field for programs says so. */
const LIMIT_STATUSES: readonly (number | undefined)[] = [402, 403, 503, 529];
/** A provider that is overloaded is waited for when it says how long, and that is no mere moment. */
const OVERLOAD_STATUSES: readonly (number | undefined)[] = [503, 529];
const MOMENT_MS = 3_000;
/** An agent's own back-off stays below this; a longer wait is one that the provider has asked for. */
const OWN_BACKOFF_MS = 60_000;
const MAX_BODY_CHARS = 256 * 1024;

const OTHER_MODEL = "Choose another model: --model <provider>/<model>";

/** Sorts what kept a turn from its end. Total: what nobody can place is transient. */
export function faultOf(facts: FaultFacts, now: number, advice: AgentAdvice): Fault {
  const known = read(facts);
  const message = messageFor(facts, known);
  if (isLimit(facts, known, now)) {
    const until = resetTime(facts, known, now);
    if (until !== undefined) return { kind: "quota", until, message };
  }
  const asked = askedTime(facts, known, now);
  if (asked !== undefined && asked > now + MOMENT_MS) {
    return { kind: "quota", until: asked, message };
  }
  return personFault(facts, known, message, advice) ?? { kind: "transient", message };
}

/** The facts, with what is JSON in them read. */
interface Known {
  readonly status: number | undefined;
  /** The provider's answer as JSON; `undefined` when it is none. */
  readonly body: unknown;
  /** Values of the fields by which an error is told apart, in lower case. */
  readonly codes: readonly string[];
  /** Every wording of the error that there is. */
  readonly texts: readonly string[];
}

function read({ rpc, provider, waiting }: FaultFacts): Known {
  // An error in the midst of an answer comes as JSON in the message.
  const body = jsonOf(provider?.body) ?? jsonOf(provider?.message) ??
    jsonOf(withoutPrefix(rpc?.message ?? ""));
  const codes = [...codesIn(body), ...codesIn(rpc?.data)];
  if (provider !== undefined) codes.push(provider.name.toLowerCase());
  const answered = rpc === undefined ? [] : wordsOf(rpc);
  const texts = [provider?.message, ...answered, waiting?.message]
    .flatMap((text) => text === undefined || text.trim() === "" ? [] : [text]);
  const told = provider !== undefined && provider.status === undefined ? body : rpc?.data;
  const status = provider?.status ?? statusIn(told) ?? statusOf(rpc?.code);
  return { status, body, codes, texts };
}

const CODE_FIELDS = ["type", "code", "status", "reason", "error", "errorName", "errorKind", "name"];

function codesIn(value: unknown): string[] {
  return objectsIn(value).flatMap((fields) =>
    CODE_FIELDS.flatMap((name) => asText(fields[name])?.slice(0, 100).toLowerCase() ?? [])
  );
}

/** `Rate limit-reached` as `rate_limit_reached`. */
function joined(code: string): string {
  return code.replaceAll(/[\s-]+/g, "_");
}

function statusIn(value: unknown): number | undefined {
  return objectsIn(value)
    .flatMap((fields) => ["statusCode", "status", "httpStatus", "code"].map((name) => fields[name]))
    .map(statusOf)
    .find((status) => status !== undefined);
}

/** An HTTP status, also one in digits; an agent may give it for the code of its answer. */
function statusOf(value: unknown): number | undefined {
  const text = asText(value)?.trim();
  const number = text !== undefined && /^\d{3}$/.test(text) ? Number(text) : asNumber(value);
  return number !== undefined && number >= 400 && number <= 599 ? number : undefined;
}

function isLimit(facts: FaultFacts, { status, codes, texts }: Known, now: number): boolean {
  if (status === 429) return true;
  const isNamed = codes.some((code) =>
    /rate_?limit|usage_?limit|quota|too_?many_?requests|resource_?exhausted|free_?tier_?limit|limit_?(reached|exceeded)/
      .test(joined(code))
  );
  if (status !== undefined) return isNamed && LIMIT_STATUSES.includes(status);
  const { provider, rpc, waiting } = facts;
  // The agent was left while it waited: nothing is known but what it had announced.
  const isLeft = rpc === undefined && provider === undefined && waiting !== undefined;
  return isNamed || texts.some(speaksOfLimit) ||
    isLeft && waiting.until > now + OWN_BACKOFF_MS;
}

/** The sources in the order in which they are to be trusted. */
function resetTime(facts: FaultFacts, { body, texts }: Known, now: number): number | undefined {
  const { rpc, waiting, provider } = facts;
  const announced = believableTime(waiting?.until, now);
  return resetInJson(rpc?.data, now) ??
    (announced === now ? undefined : announced) ??
    resetInHeaders(provider?.headers ?? {}, now) ??
    resetInJson(body, now) ??
    texts.map((text) => resetInText(text, now)).find((time) => time !== undefined);
}

/** Until when a provider that is overloaded asks to be left alone, in fields and headers only. */
function askedTime(facts: FaultFacts, { status, body }: Known, now: number): number | undefined {
  if (!OVERLOAD_STATUSES.includes(status)) return undefined;
  return retryInJson(facts.rpc?.data, now) ??
    retryInHeaders(facts.provider?.headers ?? {}, now) ??
    retryInJson(body, now);
}

/** Codes of a quota that comes back when somebody pays, and not before. */
const UNPAID =
  /^(insufficient_(quota|balance|credits?|funds)|billing_\w+|(no|out_of)_credits?|payment_required|exceeded_current_quota)(_error)?$/;

/** A path that is not there is answered with 404 just so, and may be a proxy's mood. */
const UNKNOWN_MODEL =
  /^model:|\bmodels?\b.{0,200}(not (found|exist|supported|available)|unknown|no access)|(unknown|unsupported|invalid|no such|not found).{0,60}\bmodels?\b/im;

function personFault(
  { rpc }: FaultFacts,
  known: Known,
  message: string,
  { logIn, models }: AgentAdvice,
): Fault | undefined {
  const { status, codes, texts } = known;
  const named = (...names: readonly string[]): boolean =>
    codes.some((code) => names.includes(code));
  const person = (what: string, ...hints: readonly string[]): Fault => ({
    kind: "person",
    message: `${what}: ${message}`,
    hints,
  });
  const isFinal = status === undefined || status === 400 || status === 404;
  const spoken = [...texts, ...messagesIn(known.body)].join("\n").slice(0, MAX_BODY_CHARS);
  if (
    status === 404 && UNKNOWN_MODEL.test(spoken) ||
    isFinal && named("model_not_found", "modelnotfounderror", "providermodelnotfounderror")
  ) {
    return person(
      "the provider does not know the model",
      OTHER_MODEL,
      ...models,
    );
  }
  const isUnpaid = (isFinal || status === 403 || status === 429) &&
    codes.some((code) => UNPAID.test(joined(code)));
  if (status === 402 || isUnpaid) {
    return person("the provider reports a billing problem", "Top up the account", OTHER_MODEL);
  }
  if (status === 403) return person("the provider refuses access", logIn, OTHER_MODEL);
  if (
    status === 401 ||
    isFinal && named("providerautherror", "invalid_api_key", "api_key_invalid")
  ) {
    return person("the provider refuses the login", logIn);
  }
  if (rpc?.code === AUTH_REQUIRED && status === undefined) {
    return person("the agent requires you to log in", logIn);
  }
  return undefined;
}

/** The provider's words on one line, not endless. */
function messageFor({ provider, rpc }: FaultFacts, { status, body, texts }: Known): string {
  const [said = ""] = texts;
  const words = jsonOf(withoutPrefix(said)) === undefined
    ? withoutPrefix(said)
    : messagesIn(body)[0] ?? said;
  const name = provider?.name ?? asText(objectsIn(rpc?.data)[0]?.["errorName"]) ?? "";
  const shown = printableLine(words) || printableLine(name, 100) ||
    "the turn failed without a word";
  return status === undefined || shown.includes(String(status))
    ? shown
    : `${shown} (HTTP ${status})`;
}

function messagesIn(body: unknown): readonly string[] {
  return objectsIn(body).flatMap((fields) => asText(fields["message"]) || []);
}
