import { ContentHashes } from "../git/content_hash.ts";
import { changedBetween, type TreeState, treeState } from "../git/tree_state.ts";
import { isSuccess } from "../session/command.ts";
import { event } from "../session/event.ts";
import type { Gate, GatePurpose } from "../session/gate.ts";
import { readHead, readInfo } from "../store/read.ts";
import { runCommand } from "./command_facts.ts";
import type { RunContext } from "./context.ts";
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
    const { plan, world, recorder } = this.#context;
    const head = await readHead(world.store, plan.session);
    if (head === undefined) return;
    const info = await readInfo(world.store, plan.session, head);
    if (plan.gates.length > 0) {
      if (head.iterations === 0 && info.gates === undefined) {
        await this.#verify("baseline", [], stop);
      }
    } else if (info.gates !== undefined) {
      // Gates that were flags are easily left out the next time.
      const message =
        "the session was begun with gates, and this run has none: nothing will prove " +
        "that it is done. Give them again with --verify, or keep them in iteratr.yml";
      await recorder.record(event("warning", { message }));
    }
  }

  /** Judges a session that is declared done. */
  async judge(stop: AbortSignal): Promise<void> {
    const { plan, world } = this.#context;
    const head = await readHead(world.store, plan.session);
    if (head === undefined) return;
    const info = await readInfo(world.store, plan.session, head);
    const mayFail = plan.toleratesBaseline ? info.gates?.failed ?? [] : [];
    await this.#verify("judgement", mayFail, stop);
  }

  async #verify(
    purpose: GatePurpose,
    mayFail: readonly string[],
    stop: AbortSignal,
  ): Promise<void> {
    const { plan, recorder, workMark } = this.#context;
    const names = plan.gates.map(({ name }) => name);
    await recorder.record(event("verify.started", { for: purpose, gates: names }));
    // What is judged is what is there before a gate has changed anything.
    const judged = await this.#look();
    const work = await workMark();
    let state = judged;
    const failures: string[] = [];
    for (const gate of plan.gates) {
      const { passed, after } = await this.#runGate(gate, purpose, state, stop);
      if (stop.aborted) return;
      if (!passed) failures.push(gate.name);
      state = after;
    }
    // The baseline's names are as they were stored, without secrets.
    const may = (name: string): boolean => mayFail.includes(recorder.mask(name));
    const failed = failures.filter((name) => !may(name));
    const tolerated = failures.filter(may);
    const passed = failed.length === 0;
    await recorder.record(
      event("verify.ended", {
        for: purpose,
        ...{ passed, failed, tolerated, work },
        commit: this.#top === undefined ? null : judged.commit,
        dirty: judged.dirty,
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
    before: TreeState,
    stop: AbortSignal,
  ): Promise<{ readonly passed: boolean; readonly after: TreeState }> {
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
    const changed = changedBetween(before, after).slice(0, MAX_CHANGED);
    const { end, exit, ms } = facts;
    world.log.record("info", "gate", gate.name, { for: purpose, end, exit, ms });
    await recorder.recordWith(
      blobs,
      event("gate.ended", { for: purpose, name: gate.name, ...facts, passed, changed }),
    );
    return { passed, after };
  }

  async #look(): Promise<TreeState> {
    const { plan } = this.#context;
    if (this.#top === undefined) return { commit: "", dirty: false, tracked: new Map() };
    return await treeState(this.#top, plan.dataDirectory, this.#hashes);
  }
}
