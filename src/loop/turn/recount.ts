import type { AgentMonitor } from "../../agent/monitor.ts";
import { addModels, addUsage, beyond, type ModelUsage, NO_USAGE } from "../../session/usage.ts";
import type { Attempt } from "./attempt_end.ts";

/** What somebody has spent. */
export type Spent = Pick<Attempt, "usage" | "models">;

/**
 * Counts attempts that have failed once more: an agent that has died could no longer tell what it had
 * spent, but the next process knows the sessions of the one before.
 */
export class Recount {
  readonly #monitor: AgentMonitor | undefined;
  #failed: readonly Attempt[] = [];

  constructor(monitor: AgentMonitor | undefined) {
    this.#monitor = monitor;
  }

  /** Notes an attempt that has failed. */
  note(attempt: Attempt): void {
    if (attempt.session !== undefined) this.#failed = [...this.#failed, attempt];
  }

  /** What these attempts have spent beyond what was told of them. Each is looked at once. */
  async take(): Promise<Spent> {
    const failed = this.#failed;
    this.#failed = [];
    let usage = NO_USAGE;
    let models: readonly ModelUsage[] = [];
    for (const attempt of failed) {
      const more = await this.#more(attempt);
      usage = addUsage(usage, more.usage);
      models = addModels(models, more.models);
    }
    return { usage, models };
  }

  async #more({ session, usage: told, models }: Attempt): Promise<Spent> {
    const whole = session === undefined ? undefined : await this.#monitor?.usage(session);
    if (session === undefined || whole === undefined) return { usage: NO_USAGE, models: [] };
    // Models that were told already would count twice.
    const byModel = models.length > 0 ? undefined : await this.#monitor?.usageByModel(session);
    return { usage: beyond(whole, told), models: byModel ?? [] };
  }
}
