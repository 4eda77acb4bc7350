import { type Agent, startAgent } from "../agent/agent.ts";
import type { AgentExit } from "../agent/process.ts";
import type { AgentSession } from "../agent/session.ts";
import { AGENT_MARK } from "../platform/marked_processes.ts";
import { type ProcessRef, processRef } from "../platform/process_identity.ts";
import { treeMemory } from "../platform/memory.ts";
import { formatSize, plural } from "../platform/text.ts";
import { event } from "../session/event.ts";
import type { RunPlan, RunWorld } from "./plan.ts";
import type { Recorder } from "./recorder.ts";
import type { Remains } from "./remains.ts";
import type { Tenancy } from "./tenancy.ts";

/** What it needs of a run. */
export interface HolderContext {
  readonly plan: RunPlan;
  readonly world: RunWorld;
  readonly tenancy: Tenancy;
  readonly recorder: Recorder;
  readonly remains: Remains;
}

/** Keeps an agent's process for a run, and starts it anew when it has grown old or has failed. */
export class AgentHolder implements AsyncDisposable {
  readonly #context: HolderContext;
  readonly #stop: AbortSignal;
  #agent: Agent | undefined;
  /** Its process, which no other one can be taken for that gets its number. */
  #process: ProcessRef | undefined;
  /** What the processes of this agent carry in their environment. */
  #mark = "";
  #iterations = 0;
  /** Whether the agent has opened a session before. */
  #hasServed = false;

  /** @param stop gives up waiting for an agent that does not answer. */
  constructor(context: HolderContext, stop: AbortSignal) {
    this.#context = context;
    this.#stop = stop;
  }

  /**
   * The agent for the next iteration, or for the next attempt at one. One that has ended by itself since
   * its last turn is no failed attempt: there is a new one in its place.
   *
   * @throws as `startAgent` does.
   */
  async current(): Promise<Agent> {
    const exit = this.#agent?.exit();
    if (exit !== undefined) await this.#renew(exitText(exit));
    this.#agent ??= await this.#start();
    return this.#agent;
  }

  /**
   * Opens a session of the agent.
   *
   * @throws as `startAgent` and `Agent.openSession` do.
   */
  async openSession(model: string): Promise<AgentSession> {
    const agent = await this.current();
    try {
      const session = await agent.openSession(model);
      this.#hasServed = true;
      return session;
    } catch (error) {
      // Its end was not yet to be seen.
      if (!this.#hasServed || agent.exit() === undefined) throw error;
      return await this.openSession(model);
    }
  }

  /** Counts an iteration that begins, and ends an agent that has grown old. */
  async beginIteration(): Promise<void> {
    const why = await this.#whyRenew();
    if (why !== undefined) await this.#renew(why);
    this.#iterations++;
  }

  /** The last lines that the agent has printed on stderr. */
  lastLines(): readonly string[] {
    return this.#agent?.lastLines() ?? [];
  }

  /** Looks at what the agent has started, so that it can be ended with it. */
  async look(): Promise<void> {
    if (this.#process !== undefined) await this.#context.remains.look(this.#process);
  }

  /** Ends an agent that has failed, with everything that it has started. */
  async discard(): Promise<void> {
    const mark = this.#mark;
    this.#mark = "";
    if (this.#process !== undefined) await this.#context.remains.look(this.#process);
    await this.#end();
    // One that has failed at its start may have left something as well.
    if (mark !== "") await this.#context.remains.endAgents(mark);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#end();
  }

  async #renew(why: string): Promise<void> {
    await this.#context.recorder.record(event("agent.renewed", { why }));
    await this.#end();
  }

  async #whyRenew(): Promise<string | undefined> {
    if (this.#agent === undefined) return undefined;
    const { iterations, memoryBytes } = this.#context.plan.renewal;
    if (iterations > 0 && this.#iterations >= iterations) {
      return `after ${plural(this.#iterations, "iteration")}`;
    }
    if (memoryBytes === 0) return undefined;
    const used = await treeMemory(this.#agent.pid);
    return used > memoryBytes ? `it takes ${formatSize(used)} of memory` : undefined;
  }

  async #start(): Promise<Agent> {
    const { plan, world, tenancy, recorder } = this.#context;
    this.#mark = crypto.randomUUID();
    this.#hasServed = false;
    const agent = await startAgent({
      ...plan.agent,
      env: { ...plan.agent.env, [AGENT_MARK]: this.#mark },
      groups: world.groups,
      clock: world.clock,
      version: plan.version,
      stop: this.#stop,
      log: world.log,
    });
    const { pid, name, version } = agent;
    world.log.record("info", "agent", "started", { pid, name, version });
    try {
      this.#process = await processRef(pid);
      await tenancy.setAgent(this.#process);
      await recorder.record(event("agent.started", { pid, name, version, model: plan.model }));
    } catch (error) {
      await agent.close();
      await this.#forget();
      throw error;
    }
    return agent;
  }

  async #end(): Promise<void> {
    const agent = this.#agent;
    this.#agent = undefined;
    this.#iterations = 0;
    if (agent === undefined) return;
    const { pid } = agent;
    const { code, signal } = await agent.close();
    this.#context.world.log.record("info", "agent", "ended", { pid, code, signal: signal ?? "" });
    const ended = event("agent.ended", { pid, code: signal === null ? code : null, signal });
    await Promise.all([
      this.#forget(),
      // Where the store takes no more, the run ends for that.
      this.#context.recorder.record(ended).catch(() => undefined),
    ]);
  }

  /** Until the next one is there, which may take hours, the lease must not name a process that is gone. */
  async #forget(): Promise<void> {
    this.#process = undefined;
    // A lease that is lost is noticed at the next sign of life.
    await this.#context.tenancy.setAgent(undefined).catch(() => undefined);
  }
}

function exitText({ code, signal }: AgentExit): string {
  return signal === null ? `it had ended with code ${code}` : `it had been ended by ${signal}`;
}
