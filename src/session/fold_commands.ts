import { isSuccess } from "./command.ts";
import type { EventOf } from "./event.ts";
import type { GateBaseline, Judgement } from "./gate.ts";
import type { Head, HeldOutput } from "./state.ts";

/** A run begins: it was not asked to end yet, judges anew, and looks after completions if it has hooks for them. */
export function beginRun(head: Head, event: EventOf<"run.started">): Head {
  const { completionsFrom, judgement, gatesMark: _before, ...rest } = head;
  const { gatesMark } = event.data;
  const watches = event.data.hooks?.includes("on_task_complete") === true;
  return {
    ...rest,
    run: event.run,
    stop: null,
    ...(gatesMark === undefined ? {} : { gatesMark }),
    ...(watches ? { completionsFrom: completionsFrom ?? event.seq } : {}),
    ...(judgement === undefined ? {} : { judgement: { ...judgement, inARow: 0 } }),
  };
}

/** More than a prompt could tell of; the head has to stay small. */
const MAX_HELD = 1_000;

/** A hook has ended: its output may have to wait for a prompt, and a completion has had its hooks. */
export function endHook(head: Head, event: EventOf<"hook.ended">): Head {
  const { held, completion, more = false } = event.data;
  const waiting: readonly HeldOutput[] = head.held ?? [];
  const piece: HeldOutput = { seq: event.seq, failed: !isSuccess(event.data) };
  return {
    ...head,
    ...(held ? { held: [...waiting, piece].slice(-MAX_HELD) } : {}),
    ...(completion === undefined || more
      ? {}
      : { completionsFrom: Math.max(completion, head.completionsFrom ?? 0) }),
  };
}

/** What has been held up to an event has gone to the agent. */
export function deliver(head: Head, through: number): Head {
  const waiting: readonly HeldOutput[] = head.held ?? [];
  return { ...head, held: waiting.filter(({ seq }) => seq > through) };
}

/** A gate has ended: when it failed, its event is the evidence. */
export function endGate(head: Head, event: EventOf<"gate.ended">): Head {
  if (event.data.for === "baseline" || event.data.passed) return head;
  return { ...head, evidence: [...head.evidence ?? [], event.seq] };
}

/** The gates have judged the session. */
export function judge(head: Head, event: EventOf<"verify.ended">): Head {
  const { passed, failed, tolerated, gates, commit, dirty } = event.data;
  const judgement: Judgement = {
    at: event.at,
    ...{ passed, failed, tolerated, gates, commit, dirty },
    iteration: head.iterations,
    inARow: passed ? 0 : (head.judgement?.inARow ?? 0) + 1,
  };
  return { ...head, judgement };
}

/** The gates have been run before the session touched anything. */
export function baselineOf({ data }: EventOf<"verify.ended">): GateBaseline {
  const { failed, tolerated, marks, commit } = data;
  return { failed: [...failed, ...tolerated], ...(marks === undefined ? {} : { marks }), commit };
}
