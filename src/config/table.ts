import type { Gate } from "../session/gate.ts";
import type { Kind, Value } from "./kinds.ts";

/** One key of the configuration: everything that help, files, variables, flags and messages say of it. */
export interface KeySpec {
  /** As it stands in a file; a dot is a mapping within. */
  readonly key: string;
  readonly kind: Kind;
  /** `undefined`: nothing is set. */
  readonly fallback: Value | undefined;
  /** The flag of `iteratr build`, without dashes. */
  readonly flag?: KeyFlag;
  readonly variable?: string;
  readonly help: string;
}

/** A flag of `iteratr build`, by names without dashes. */
export interface KeyFlag {
  readonly long: string;
  readonly short?: string;
  /** What it takes, as the help shows it. */
  readonly value?: string;
  /** Another flag, which takes nothing and means `0`. */
  readonly off?: string;
}

/**
 * The one table of keys. A key exists from the moment that it works. `0` means unlimited where the help
 * says so.
 */
const TABLE = [
  {
    key: "model",
    kind: { kind: "text" },
    fallback: undefined,
    flag: { long: "model", short: "m", value: "provider/model" },
    variable: "ITERATR_MODEL",
    help: "the model, as the agent calls it; required",
  },
  {
    key: "agent.command",
    kind: { kind: "text" },
    fallback: "opencode acp",
    flag: { long: "agent-command", value: "command" },
    variable: "ITERATR_AGENT_COMMAND",
    help: "how to start the agent",
  },
  {
    key: "data_dir",
    kind: { kind: "path" },
    fallback: ".iteratr",
    flag: { long: "data-dir", value: "dir" },
    variable: "ITERATR_DATA_DIR",
    help: "where sessions are kept",
  },
  {
    key: "template",
    kind: { kind: "path" },
    fallback: undefined,
    flag: { long: "template", short: "t", value: "file" },
    variable: "ITERATR_TEMPLATE",
    help: "a prompt template of your own; without one, the built-in is used",
  },
  {
    key: "iterations",
    kind: { kind: "count", min: 0 },
    fallback: 0,
    flag: { long: "iterations", short: "i" },
    variable: "ITERATR_ITERATIONS",
    help: "maximum number of iterations in this run; 0 = unlimited",
  },
  {
    key: "headless",
    kind: { kind: "switch" },
    fallback: false,
    flag: { long: "headless" },
    variable: "ITERATR_HEADLESS",
    help: "print plain lines and never ask",
  },
  {
    key: "auto_commit",
    kind: { kind: "switch" },
    fallback: true,
    flag: { long: "auto-commit" },
    variable: "ITERATR_AUTO_COMMIT",
    help: "commit what an iteration has changed and the agent has not committed",
  },
  {
    key: "verify",
    kind: { kind: "gates" },
    fallback: [],
    flag: { long: "verify" },
    help: "a command that has to succeed before the session counts as done; may be repeated",
  },
  {
    key: "verify_baseline",
    kind: { kind: "choice", of: ["strict", "tolerate"] },
    fallback: "strict",
    flag: { long: "verify-baseline", value: "word" },
    variable: "ITERATR_VERIFY_BASELINE",
    help: "tolerate: what failed before the session began may fail on; strict: it may not",
  },
  {
    key: "verify_timeout",
    kind: { kind: "duration", min: 1_000 },
    fallback: 600_000,
    help: "how long such a command may take",
  },
  {
    key: "log_level",
    kind: { kind: "choice", of: ["debug", "info", "warn", "error"] },
    fallback: "info",
    flag: { long: "log-level", value: "level" },
    variable: "ITERATR_LOG_LEVEL",
    help: "how much goes into the log file: debug, info, warn or error",
  },
  {
    key: "log_file",
    kind: { kind: "path" },
    fallback: undefined,
    flag: { long: "log-file", value: "file" },
    variable: "ITERATR_LOG_FILE",
    help: "a file for the log; without one, nothing is logged",
  },
  {
    key: "stall.iterations",
    kind: { kind: "count", min: 1 },
    fallback: 3,
    flag: { long: "stall" },
    variable: "ITERATR_STALL",
    help: "end after this many iterations in a row without progress",
  },
  {
    key: "stall.without_task",
    kind: { kind: "count", min: 1 },
    fallback: 20,
    help: "end after this many iterations in a row without a task closed",
  },
  {
    key: "budget.time",
    kind: { kind: "duration" },
    fallback: 24 * 3_600_000,
    flag: { long: "max-time" },
    variable: "ITERATR_MAX_TIME",
    help: "time limit of this run; 0 = unlimited",
  },
  {
    key: "budget.tokens",
    kind: { kind: "tokens" },
    fallback: 0,
    flag: { long: "max-tokens" },
    variable: "ITERATR_MAX_TOKENS",
    help: "token limit of the session, over all its runs; 0 = unlimited",
  },
  {
    key: "budget.cost",
    kind: { kind: "dollars" },
    fallback: 0,
    flag: { long: "max-cost" },
    variable: "ITERATR_MAX_COST",
    help: "cost limit of the session in US dollars, over all its runs; 0 = unlimited",
  },
  {
    key: "retry.attempts",
    kind: { kind: "count", min: 0 },
    fallback: 3,
    flag: { long: "retries", off: "no-retry" },
    variable: "ITERATR_RETRIES",
    help: "how often to retry an iteration when the agent fails; 0 = never",
  },
  {
    key: "retry.delays",
    kind: { kind: "durations" },
    fallback: [0, 5_000, 15_000],
    help: "how long to wait before each of these; the last one counts for all that follow",
  },
  {
    key: "watchdog.silence",
    kind: { kind: "duration" },
    fallback: 300_000,
    flag: { long: "silence" },
    variable: "ITERATR_SILENCE",
    help: "end a turn after this long without a sign of life, while no tool call is open; 0 = off",
  },
  {
    key: "watchdog.tool_call",
    kind: { kind: "duration" },
    fallback: 1_800_000,
    help: "end a turn when a tool call takes longer; 0 = off",
  },
  {
    key: "watchdog.turn",
    kind: { kind: "duration" },
    fallback: 3_600_000,
    flag: { long: "max-turn" },
    variable: "ITERATR_MAX_TURN",
    help: "end a turn that takes longer; 0 = off",
  },
  {
    key: "watchdog.messages",
    kind: { kind: "count", min: 0 },
    fallback: 300,
    help: "end a turn with more model messages than this; 0 = off",
  },
  {
    key: "watchdog.empty_messages",
    kind: { kind: "count", min: 0 },
    fallback: 20,
    help: "end a turn after this many model messages in a row without text or tool; 0 = off",
  },
  {
    key: "quota.max_wait",
    kind: { kind: "duration" },
    fallback: 18_000_000,
    flag: { long: "max-wait", off: "no-wait" },
    variable: "ITERATR_MAX_WAIT",
    help: "longest wait for a provider whose quota is used up; 0 = never",
  },
  {
    key: "renew.iterations",
    kind: { kind: "count", min: 0 },
    fallback: 25,
    help: "restart the agent after this many iterations; 0 = never",
  },
  {
    key: "renew.memory",
    kind: { kind: "size" },
    fallback: 2 * 1024 ** 3,
    help: "restart the agent when it and its children use more memory; 0B = never",
  },
  {
    key: "prompt.notes",
    kind: { kind: "size" },
    fallback: 16 * 1024,
    help: "maximum size of the notes in a prompt; the newest ones win",
  },
  {
    key: "prompt.history",
    kind: { kind: "count", min: 0 },
    fallback: 5,
    help: "how many iteration summaries go into a prompt",
  },
] as const satisfies readonly KeySpec[];

/** The name of a key. */
export type Key = typeof TABLE[number]["key"];

type ValueOf<K extends Kind> = K extends { readonly kind: "switch" } ? boolean
  : K extends { readonly kind: "count" | "size" | "duration" | "tokens" | "dollars" } ? number
  : K extends { readonly kind: "durations" } ? readonly number[]
  : K extends { readonly kind: "gates" } ? readonly Gate[]
  : string;

/** The values of all keys; those without a fallback may be unset. */
export type Config = {
  readonly [S in typeof TABLE[number] as S["key"]]:
    | ValueOf<S["kind"]>
    | (undefined extends S["fallback"] ? undefined : never);
};

/** A key's specification, in the general form. */
export function specOf(key: string): KeySpec | undefined {
  return (TABLE as readonly KeySpec[]).find((spec) => spec.key === key);
}

/** All specifications, in the general form. */
export const SPECS: readonly KeySpec[] = TABLE;
