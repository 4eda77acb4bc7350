import { type Agent, startAgent } from "../agent/agent.ts";
import { treeMemory } from "../platform/memory.ts";
import { formatSize, plural } from "../platform/text.ts";
import { event } from "../session/event.ts";
import type { RunContext } from "./context.ts";

/** Keeps an agent's process for a run, and starts it anew between iterations when it has grown old. */
export class AgentHolder implements AsyncDisposable {
  readonly #context: RunContext;
  readonly #stop: AbortSignal;
  #agent: Agent | undefined;
  #iterations = 0;

  /** @param stop gives up waiting for an agent that does not answer. */
  constructor(context: RunContext, stop: AbortSignal) {
    this.#context = context;
    this.#stop = stop;
  }

  /**
   * The agent for the next iteration.
   *
   * @throws as `startAgent` does.
   */
  async forIteration(): Promise<Agent> {
    const why = await this.#whyRenew();
    if (why !== undefined) {
      await this.#context.recorder.record(event("agent.renewed", { why }));
      await this.#end();
    }
    this.#agent ??= await this.#start();
    this.#iterations++;
    return this.#agent;
  }

  async [Symbol.asyncDispose](): Promise<void> {
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
    const agent = await startAgent({
      ...plan.agent,
      clock: world.clock,
      version: plan.version,
      stop: this.#stop,
      log: world.log,
    });
    const { pid, name, version } = agent;
    world.log.record("info", "agent", "started", { pid, name, version });
    try {
      await tenancy.setAgent(pid);
      await recorder.record(event("agent.started", { pid, name, version, model: plan.model }));
    } catch (error) {
      await agent.close();
      throw error;
    }
    return agent;
  }

  async #end(): Promise<void> {
    const agent = this.#agent;
    this.#agent = undefined;
    this.#iterations = 0;
    await agent?.close();
  }
}
