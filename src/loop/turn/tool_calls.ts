import { hasEnded, type ToolSnapshot } from "../../agent/update.ts";
import type { Clock } from "../../platform/clock.ts";
import { forgetOldest } from "../../platform/forget_oldest.ts";
import { headOf, tailOf, withoutMiddle } from "../../platform/text.ts";
import { event, type NewEvent, type PlanStep } from "../../session/event.ts";

const ARGUMENT_CHARS = 4_000;
/** Of one call's output so much is kept: its beginning and its end, in characters. */
const OUTPUT_CHARS = 32_000;
const TAIL_CHARS = 2_000;
const MAX_STEPS = 50;
const STEP_CHARS = 300;
/** Calls that are open at once; no agent has more that means it. */
const MAX_OPEN = 1_000;
/** Calls that are remembered as ended. */
const MAX_ENDED = 10_000;

interface OpenCall {
  readonly since: number;
  readonly name: string;
  kind: string;
  argument: string;
  subagent: boolean;
  steps: readonly PlanStep[] | undefined;
  output: string;
  exit: number | null;
  lines: ToolSnapshot["lines"];
}

/**
 * Puts the snapshots of tool calls together, by the calls' ids. Each snapshot takes the place of the
 * one before, so that 500 of a growing output leave one event with the last.
 */
export class ToolCalls {
  readonly #clock: Clock;
  readonly #open = new Map<string, OpenCall>();
  readonly #ended = new Set<string>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether a snapshot is the first news of its call. */
  isNew({ call, begins }: ToolSnapshot): boolean {
    return !this.#open.has(call) && (begins || !this.#ended.has(call));
  }

  /** Takes a snapshot; gives the event of the call when it is the last one. */
  take(snapshot: ToolSnapshot): NewEvent | undefined {
    const { call, begins, status } = snapshot;
    if (begins) this.#ended.delete(call);
    // Late news of a call would tell it a second time.
    if (this.#ended.has(call)) return undefined;
    if (this.#open.size >= MAX_OPEN && !this.#open.has(call) && !hasEnded(snapshot)) {
      return undefined;
    }
    const open = this.#open.get(call) ?? {
      since: this.#clock.monotonic(),
      name: toolName(snapshot),
      kind: "other",
      argument: "",
      subagent: false,
      steps: undefined,
      output: "",
      exit: null,
      lines: undefined,
    };
    this.#open.set(call, open);
    open.kind = snapshot.kind ?? open.kind;
    open.argument = snapshot.argument ?? open.argument;
    open.subagent ||= snapshot.subagent;
    open.steps = snapshot.steps ?? open.steps;
    if (open.argument === "" && snapshot.title !== open.name) open.argument = snapshot.title ?? "";
    open.output = snapshot.output ?? open.output;
    open.exit = snapshot.exit ?? open.exit;
    open.lines = snapshot.lines ?? open.lines;
    if (!hasEnded(snapshot)) return undefined;
    return this.#end(call, open, status === "failed" || (open.exit ?? 0) !== 0 ? "failed" : "ok");
  }

  /** The events of the calls that never ended: they were cut short. */
  endAll(): readonly NewEvent[] {
    return Array.from(this.#open, ([call, open]) => this.#end(call, open, "failed"));
  }

  #end(call: string, open: OpenCall, outcome: "ok" | "failed"): NewEvent {
    this.#open.delete(call);
    forgetOldest(this.#ended, MAX_ENDED);
    this.#ended.add(call);
    if (open.steps !== undefined && outcome === "ok") {
      return event("agent.plan", { steps: open.steps.slice(0, MAX_STEPS).map(shortStep) });
    }
    return event("agent.tool", {
      call,
      kind: open.kind,
      tool: open.name,
      argument: headOf(open.argument, ARGUMENT_CHARS),
      subagent: open.subagent,
      outcome,
      exit: open.exit,
      ms: Math.round(this.#clock.monotonic() - open.since),
      lines: outcome === "ok" && open.kind === "edit" ? open.lines ?? null : null,
      output: withoutMiddle(open.output, OUTPUT_CHARS),
      tail: outcome === "failed" ? tailOf(open.output, TAIL_CHARS) : "",
    });
  }
}

/** A step cut to what a list of steps needs to show; the whole is in the agent's own record. */
export function shortStep(step: PlanStep): PlanStep {
  return { ...step, text: headOf(step.text, STEP_CHARS) };
}

/** The first title of a call is the tool's name with most agents; later ones describe the call. */
function toolName(snapshot: ToolSnapshot): string {
  const title = snapshot.title ?? "";
  return /^[\w-]{1,40}$/.test(title) ? title : snapshot.kind ?? "tool";
}
