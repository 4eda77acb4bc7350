import { UserError } from "../platform/failure.ts";
import { asArray, asObject, type JsonObject } from "../platform/json.ts";
import { freePort, type OpencodeServer } from "./opencode_server.ts";
import { baseName, joinPath } from "../platform/paths.ts";

/** Whether a command starts opencode, which gets an environment fit for being left alone. */
export function isOpencode(command: readonly [string, ...string[]]): boolean {
  return /^opencode(\.exe)?$/.test(baseName(command[0]));
}

/** How opencode is started, and where it then tells what it spends. */
export interface OpencodeLaunch {
  /** What follows the user's command, for each start anew. */
  readonly moreWords: () => readonly string[];
  /** What comes on top of the user's environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Its side server, on the port of the last start; `undefined` when nobody can know where it is. */
  readonly server: OpencodeServer | undefined;
}

/**
 * Prepares the starts of opencode on a port and with a password that only iteratr knows. Each start has a
 * port of its own: somebody else may have taken the last one meanwhile. A port that the user's command
 * names is left as it is.
 *
 * @throws {UserError} when the user's own `OPENCODE_CONFIG_CONTENT` is no JSON object.
 */
export function prepareOpencode(
  command: readonly [string, ...string[]],
  env: Readonly<Record<string, string>>,
  options: {
    /** A private directory of the run. */
    readonly directory: string;
    readonly root: string;
  },
): OpencodeLaunch {
  const password = crypto.randomUUID();
  const prepared = opencodeEnvironment(env, options.directory, password);
  const given = portIn(command);
  if (given !== undefined) {
    // With 0, opencode takes a port that it tells nobody.
    const isKnown = Number.isInteger(given) && given > 0 && given < 65_536;
    const server = { port: given, password, directory: options.root };
    return { moreWords: () => [], env: prepared, server: isKnown ? server : undefined };
  }
  let port = freePort();
  return {
    moreWords: () => {
      port = freePort();
      return ["--port", String(port)];
    },
    env: prepared,
    server: {
      get port() {
        return port;
      },
      password,
      directory: options.root,
    },
  };
}

/** The port that a command names; `undefined` when it names none, `NaN` when nobody can read it. */
function portIn(command: readonly string[]): number | undefined {
  const at = command.findLastIndex((word) => word === "--port" || word.startsWith("--port="));
  const word = command[at];
  if (word === undefined) return undefined;
  const text = word === "--port" ? command[at + 1] ?? "" : word.slice("--port=".length);
  return /^\d+$/.test(text) ? Number(text) : NaN;
}

/**
 * What opencode gets on top of the user's environment. The user's own configuration and login stay in
 * force, with one exception: nothing may wait for an answer that nobody gives. A sub-agent whose tool
 * needs to ask would wait for ever (its request never reaches the protocol), so a plugin turns each
 * `ask` of the resolved configuration into `allow`; what the user denies stays denied.
 *
 * @param env the environment to build on.
 * @param directory a private directory of the run, for the plugin's file.
 * @param password protects its side server.
 * @throws {UserError} when the user's own `OPENCODE_CONFIG_CONTENT` is no JSON object.
 */
export function opencodeEnvironment(
  env: Readonly<Record<string, string>>,
  directory: string,
  password: string,
): Readonly<Record<string, string>> {
  const plugin = joinPath(directory, "never-ask.js");
  Deno.writeTextFileSync(plugin, NEVER_ASK);
  const content = ownContent(env["OPENCODE_CONFIG_CONTENT"]);
  const plugins = [...asArray(content["plugin"]), `file://${plugin}`];
  return {
    OPENCODE_CONFIG_CONTENT: JSON.stringify({ ...content, plugin: plugins }),
    // Its side server could otherwise be used by every process of the machine.
    OPENCODE_SERVER_USERNAME: "opencode",
    OPENCODE_SERVER_PASSWORD: password,
    OPENCODE_ENABLE_QUESTION_TOOL: "0",
    OPENCODE_DISABLE_AUTOUPDATE: "1",
    // Would switch the plugin off.
    OPENCODE_PURE: "0",
  };
}

function ownContent(text: string | undefined): JsonObject {
  if (text === undefined || text === "") return {};
  try {
    const content = asObject(JSON.parse(text));
    if (content !== undefined) return content;
  } catch {
    // Reported below, with the same words.
  }
  throw new UserError("OPENCODE_CONFIG_CONTENT must be a JSON object; opencode could not read it");
}

/**
 * opencode calls a plugin's `config` hook with the merged configuration before it is used. Its built-in
 * asks (outside directories, repeated calls, `.env` files) are put in front of the user's rules: the
 * last rule that matches wins, so the user's own still decide.
 */
const NEVER_ASK = `export const NeverAsk = async () => ({
  config: async (config) => {
    const settle = (rules) => {
      if (rules === null || typeof rules !== "object") return;
      for (const key of Object.keys(rules)) {
        if (rules[key] === "ask") rules[key] = "allow";
        else settle(rules[key]);
      }
    };
    if (config.permission === "ask") config.permission = "allow";
    settle(config.permission);
    for (const agent of Object.values(config.agent ?? {})) {
      if (agent?.permission === "ask") agent.permission = "allow";
      settle(agent?.permission);
    }
    if (typeof config.permission === "string") return;
    config.permission = {
      "external_director?": "allow",
      "doom_loo?": "allow",
      "rea?": "allow",
      ...config.permission,
    };
  },
});
`;
