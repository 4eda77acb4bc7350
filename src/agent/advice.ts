import { isOpencode } from "./opencode.ts";

/** What a person can do about an agent's login and models, with the commands of that agent. */
export interface AgentAdvice {
  readonly logIn: string;
  /** How to see which models there are; empty when only the agent's own documentation tells. */
  readonly models: readonly string[];
}

/** The advice for an agent that is started so. */
export function adviceFor(command: readonly [string, ...string[]]): AgentAdvice {
  return isOpencode(command)
    ? { logIn: "Log in: opencode auth login", models: ["See which there are: opencode models"] }
    : { logIn: "Log in with the agent's own command, outside iteratr", models: [] };
}
