/**
 * A throwaway home for opencode: it knows one provider, the scripted model, and has no reason to
 * open a connection to anything else.
 */
import { join } from "node:path";

/** One model of the provider `fake`, in the words of opencode's configuration. */
export type SandboxModel = Readonly<{
  name: string;
  reasoning?: boolean;
  /** Tokens. Without a context limit opencode sends no usage updates. */
  limit: Readonly<{ context: number; output: number }>;
  /** US dollars per million tokens. */
  cost?: Readonly<{ input: number; output: number }>;
}>;

/** opencode's `permission` key: one verdict for everything, or rules by tool. */
export type SandboxPermission = string | Readonly<Record<string, unknown>>;

/** What a sandbox is made from. */
export type SandboxOptions = Readonly<{
  /** An absolute directory, made when missing; deleting it deletes the sandbox. */
  root: string;
  /** The base URL of the scripted model, with its `/v1`. */
  modelUrl: string;
  /** Further models of the provider `fake` by id, or other settings for `m1`, `r1`, `small`. */
  models?: Readonly<Record<string, SandboxModel>>;
  /** Left out of the configuration by default: then opencode allows nearly everything. */
  permission?: SandboxPermission;
}>;

const MODELS: Readonly<Record<string, SandboxModel>> = {
  m1: { name: "M1", limit: { context: 200_000, output: 8_192 }, cost: { input: 1, output: 2 } },
  r1: {
    name: "R1",
    reasoning: true,
    limit: { context: 100_000, output: 4_096 },
    cost: { input: 2, output: 4 },
  },
  small: { name: "Small", limit: { context: 100_000, output: 4_096 } },
};

const PLUGIN = { "@opencode-ai/plugin": "*" };

function configuration({ modelUrl, models, permission }: SandboxOptions): Record<string, unknown> {
  return {
    autoupdate: false,
    share: "disabled",
    snapshot: false,
    model: "fake/m1",
    "small_model": "fake/small",
    // Without this an unknown model falls back to a hosted one: text would leave the machine.
    "enabled_providers": ["fake"],
    agent: { title: { disable: true } },
    ...(permission === undefined ? {} : { permission }),
    provider: {
      fake: {
        npm: "@ai-sdk/openai-compatible",
        name: "Fake",
        options: { baseURL: modelUrl, apiKey: "none" },
        models: { ...MODELS, ...models },
      },
    },
  };
}

/**
 * Lays out a sandbox and resolves to the environment that opencode needs to live in it. The caller
 * adds what tools need, such as PATH and LANG, and DENO_DIR when the agent is to run Deno, whose
 * cache would otherwise follow the new home and start empty.
 */
export async function makeOpencodeSandbox(
  options: SandboxOptions,
): Promise<Readonly<Record<string, string>>> {
  const under = (name: string): string => join(options.root, name);
  const config = join(under("config"), "opencode");
  // opencode installs a plugin from npm at every start, unless these three are there already.
  const seeds: Readonly<Record<string, unknown>> = {
    "package.json": { dependencies: PLUGIN },
    "package-lock.json": { lockfileVersion: 3, packages: { "": { dependencies: PLUGIN } } },
    "opencode.json": configuration(options),
  };
  for (const name of ["home", "data", "state", "cache", "tmp"]) {
    await Deno.mkdir(under(name), { recursive: true });
  }
  await Deno.mkdir(join(config, "node_modules"), { recursive: true });
  for (const [name, content] of Object.entries(seeds)) {
    await Deno.writeTextFile(join(config, name), JSON.stringify(content, null, 2) + "\n");
  }
  return {
    HOME: under("home"),
    XDG_CONFIG_HOME: under("config"),
    XDG_DATA_HOME: under("data"),
    XDG_STATE_HOME: under("state"),
    XDG_CACHE_HOME: under("cache"),
    TMPDIR: under("tmp"),
    OPENCODE_DISABLE_MODELS_FETCH: "1",
    OPENCODE_DISABLE_DEFAULT_PLUGINS: "1",
    OPENCODE_DISABLE_AUTOUPDATE: "1",
    OPENCODE_DISABLE_LSP_DOWNLOAD: "1",
    // The HTTP server that opencode opens beside ACP is open to every local process otherwise.
    OPENCODE_SERVER_PASSWORD: crypto.randomUUID(),
  };
}
