import { freshId } from "./ids.ts";
import type { Fields } from "./json.ts";
import { choose, configOptions, firstChoices } from "./models.ts";
import { type Answer, type Handler, type Id, RpcError } from "./peer.ts";
import type { Scenario, World } from "./scenario.ts";
import type { Session } from "./session.ts";
import { Cancelled, type Habits, Turn, type TurnResult } from "./turn.ts";

/** An ACP agent as opencode is one, bent by a scenario. */
export class Agent {
  readonly #world: World;
  readonly #scenario: Scenario;
  readonly #habits: Habits;
  readonly #sessions = new Map<string, Session>();

  constructor(world: World, scenario: Scenario, habits: Habits) {
    this.#world = world;
    this.#scenario = scenario;
    this.#habits = habits;
  }

  /** The methods to serve. */
  handlers(): ReadonlyMap<string, Handler> {
    const table: Readonly<Record<string, Handler | undefined>> = {
      "initialize": () => this.#initialize(),
      "authenticate": () => ({ result: {} }),
      "session/new": (params) => this.#new(params),
      "session/set_config_option": (params) => this.#configure(params),
      "session/prompt": (params, id) => this.#prompt(params, id ?? 0),
      "session/cancel": (params) => this.#cancel(params),
      "session/close": (params) => this.#close(params),
      ...this.#scenario.methods?.((params) => this.#session(params)),
    };
    const served = new Map<string, Handler>();
    for (const [method, handler] of Object.entries(table)) {
      if (handler !== undefined) served.set(method, handler);
    }
    return served;
  }

  async #initialize(): Promise<Answer> {
    const usual = {
      protocolVersion: 1,
      agentCapabilities: {
        loadSession: false,
        mcpCapabilities: { http: true, sse: true },
        promptCapabilities: { embeddedContext: true, image: true },
        sessionCapabilities: { close: {} },
      },
      authMethods: [{ id: "fake-login", name: "Log in", description: "Run `fake auth login`" }],
      agentInfo: { name: "fake", version: "1.0.0" },
    };
    return { result: await this.#scenario.initialize?.(usual) ?? usual };
  }

  async #new(params: Fields): Promise<Answer> {
    const { cwd, mcpServers } = params;
    if (typeof cwd !== "string" || !Array.isArray(mcpServers)) {
      throw new RpcError(-32602, "Invalid params: cwd and mcpServers are required");
    }
    const choices = firstChoices(this.#world.catalogue);
    const session: Session = { id: freshId("ses"), cwd, choices, cost: 0, running: undefined };
    const usual = { sessionId: session.id, ...this.#options(session) };
    const result = await this.#scenario.newSession?.(usual, session) ?? usual;
    this.#sessions.set(session.id, session);
    const after = (): void => {
      const availableCommands = ["init", "review"].map((name) => ({ name, description: name }));
      this.#update(session, { sessionUpdate: "available_commands_update", availableCommands });
      this.#scenario.afterNew?.(session);
    };
    return { result, after };
  }

  #configure(params: Fields): Answer {
    const session = this.#session(params);
    const { configId, value } = params;
    const { catalogue } = this.#world;
    session.choices = choose(catalogue, session.choices, String(configId), String(value));
    const result = this.#options(session);
    const after = (): void =>
      this.#update(session, { sessionUpdate: "config_option_update", ...result });
    return { result, after };
  }

  async #prompt(params: Fields, id: Id): Promise<Answer> {
    const session = this.#session(params);
    const text = promptText(params);
    if (session.running !== undefined) {
      // Like opencode: injected at the next model call, and both prompts end together.
      session.running.turn.inject(text);
      return { result: await session.running.result };
    }
    // Also like opencode: an unknown command is dropped without a word.
    if (text.startsWith("/")) return { result: { stopReason: "end_turn", _meta: {} } };
    const turn = new Turn(this.#world.peer, session, this.#habits, id, text);
    session.running = { turn, result: this.#run(turn) };
    try {
      const result = await session.running.result;
      return { result, after: () => this.#scenario.afterTurn?.(session) };
    } finally {
      session.running = undefined;
    }
  }

  async #run(turn: Turn): Promise<TurnResult> {
    const { prompt } = this.#scenario;
    const { strikes, works } = this.#world;
    const due = prompt !== undefined && strikes.next();
    try {
      return await (due ? prompt : works)(turn);
    } catch (error) {
      if (error instanceof Cancelled) return turn.cancelled();
      throw error;
    }
  }

  #cancel(params: Fields): Answer {
    this.#session(params).running?.turn.cancel();
    return { result: {} };
  }

  #close(params: Fields): Answer {
    const session = this.#session(params);
    session.running?.turn.cancel();
    this.#sessions.delete(session.id);
    return { result: {} };
  }

  #session(params: Fields): Session {
    const { sessionId } = params;
    const session = this.#sessions.get(String(sessionId));
    if (session === undefined) throw new RpcError(-32602, `session not found: ${sessionId}`);
    return session;
  }

  #options(session: Session): Fields {
    return { configOptions: configOptions(this.#world.catalogue, session.choices) };
  }

  #update(session: Session, update: unknown): void {
    this.#world.peer.notify("session/update", { sessionId: session.id, update });
  }
}

function promptText(params: Fields): string {
  const blocks = params["prompt"];
  if (!Array.isArray(blocks)) throw new RpcError(-32602, "Invalid params: prompt is required");
  return blocks.map((block: unknown) => {
    const text = typeof block === "object" && block !== null && "text" in block ? block.text : "";
    return typeof text === "string" ? text : "";
  }).join("\n");
}
