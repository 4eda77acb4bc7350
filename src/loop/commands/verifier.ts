import { ContentHashes } from "../../git/content_hash.ts";
import { changedBetween, type TreeState, treeState } from "../../git/tree_state.ts";
import { isSuccess } from "../../session/command.ts";
import { event } from "../../session/event.ts";
import {
  failedBefore,
  type Gate,
  type GateBaseline,
  type GatePurpose,
  gatesMark,
} from "../../session/gate.ts";
import { readHead, readInfo } from "../../store/read.ts";
import { runCommand } from "./command_facts.ts";
import type { RunContext } from "../context.ts";
import { environmentOf } from "./hook_runner.ts";

/** What it needs of a run. */
type VerifierContext = Pick<RunContext, "plan" | "world" | "recorder" | "workMark">;

/** So many names of changed files are kept. */
const MAX_CHANGED = 20;

/**
 * Runs the gates and records what they say. A baseline is taken once in a session, before it has touched
 * anything; a judgement that fails opens the session again, in the same atomic.
 */
export class Verifier {
  readonly #context: VerifierContext;
  readonly #top: string | undefined;
  readonly #hashes: ContentHashes;

  /** @param top the top of the work tree; `undefined` outside git. */
  constructor(context: VerifierContext, top: string | undefined) {
    this.#context = context;
    this.#top = top;
    this.#hashes = new ContentHashes(context.world.ownOutput);
  }

  /** Takes the baseline, if there are gates and the session has not begun. */
  async takeBaseline(stop: AbortSignal): Promise<void> {
    const { plan, world } = this.#context;
    if (plan.gates.length === 0) return;
    const head = await readHead(world.store, plan.session);
    if (head === undefined || head.iterations > 0) return;
    const info = await readInfo(world.store, plan.session, head);
    if (info.gates === undefined) await this.#verify("baseline", undefined, stop);
  }

  /** Judges a session that is declared done. */
  async judge(stop: AbortSignal): Promise<void> {
    const { plan, world } = this.#context;
    const head = await readHead(world.store, plan.session);
    if (head === undefined) return;
    const info = await readInfo(world.store, plan.session, head);
    const tolerated = plan.toleratesBaseline ? info.gates : undefined;
    await this.#verify("judgement", tolerated, stop);
  }

  async #verify(
    purpose: GatePurpose,
    tolerating: GateBaseline | undefined,
    stop: AbortSignal,
  ): Promise<void> {
    const { plan, recorder, workMark } = this.#context;
    const may = (gate: Gate): boolean => tolerating !== undefined && failedBefore(gate, tolerating);
    const namesOf = (gates: readonly Gate[]): readonly string[] => gates.map(({ name }) => name);
    await recorder.record(event("verify.started", { for: purpose, gates: namesOf(plan.gates) }));
    // What is judged is what is there before a gate has changed anything.
    const judged = await this.#look();
    const work = await workMark();
    let state = judged;
    const failures: Gate[] = [];
    for (const gate of plan.gates) {
      const { passed, after } = await this.#runGate(gate, purpose, state, stop);
      if (stop.aborted) return;
      if (!passed) failures.push(gate);
      state = after;
    }
    const failed = namesOf(failures.filter((gate) => !may(gate)));
    const tolerated = namesOf(failures.filter(may));
    const passed = failed.length === 0;
    await recorder.record(
      event("verify.ended", {
        for: purpose,
        ...{ passed, failed, tolerated, work },
        ...(failures.length === 0 ? {} : { marks: failures.map((gate) => gatesMark([gate])) }),
        commit: judged?.commit ?? null,
        dirty: judged?.dirty ?? false,
        gates: plan.limits.gates,
      }),
      ...(purpose === "judgement" && !passed
        ? [event("session.reopened", { why: `not proven: ${failed.join(", ")}` })]
        : []),
    );
  }

  async #runGate(
    gate: Gate,
    purpose: GatePurpose,
    before: TreeState | undefined,
    stop: AbortSignal,
  ): Promise<{ readonly passed: boolean; readonly after: TreeState | undefined }> {
    const { plan, world, recorder } = this.#context;
    const { facts, blobs } = await runCommand(
      {
        script: gate.command,
        cwd: plan.root,
        env: environmentOf(plan),
        timeoutMs: gate.timeoutMs ?? plan.gateTimeoutMs,
        stop,
        clock: world.clock,
        // A server that one gate has left behind would answer the next one.
        leftovers: "kill",
        groups: world.groups,
      },
      gate.command,
      recorder.mask,
    );
    const after = await this.#look();
    const passed = isSuccess(facts);
    const changed = before === undefined || after === undefined
      ? []
      : changedBetween(before, after).slice(0, MAX_CHANGED);
    const { end, exit, ms } = facts;
    world.log.record("info", "gate", gate.name, { for: purpose, end, exit, ms });
    await recorder.recordWith(
      blobs,
      event("gate.ended", { for: purpose, name: gate.name, ...facts, passed, changed }),
    );
    return { passed, after };
  }

  /** How the work tree is; `undefined` outside git, and when git cannot tell. */
  async #look(): Promise<TreeState | undefined> {
    const { plan } = this.#context;
    if (this.#top === undefined) return undefined;
    return await treeState(this.#top, plan.dataDirectory, this.#hashes);
  }
}
