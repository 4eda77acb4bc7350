import assert from "node:assert/strict";
import { isOpencode, opencodeEnvironment, prepareOpencode } from "../../src/agent/opencode.ts";
import { UserError } from "../../src/platform/failure.ts";
import { isObject } from "../build/_json.ts";

/** The environment that opencode gets, and its configuration read back. */
async function prepared(
  env: Readonly<Record<string, string>>,
  look: (content: Readonly<Record<string, unknown>>, env: Readonly<Record<string, string>>) =>
    | void
    | Promise<void>,
): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "iteratr-test-" });
  try {
    const made = opencodeEnvironment(env, directory, "secret");
    const content: unknown = JSON.parse(made["OPENCODE_CONFIG_CONTENT"] ?? "");
    assert.ok(isObject(content));
    await look(content, made);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

function pluginsOf(content: Readonly<Record<string, unknown>>): readonly unknown[] {
  const { plugin } = content;
  assert.ok(Array.isArray(plugin));
  return plugin;
}

Deno.test("opencode is known by its program's name, wherever it is", () => {
  assert.ok(isOpencode(["opencode", "acp"]));
  assert.ok(isOpencode(["/opt/bin/opencode", "acp"]));
  assert.ok(isOpencode(["./opencode.exe"]));
  assert.ok(!isOpencode(["my-opencode", "acp"]));
  assert.ok(!isOpencode(["deno", "run", "opencode"]));
  assert.ok(!isOpencode(["/opencode/gemini"]));
});

Deno.test("the plugin is the only configuration where the user has none", async () => {
  for (const env of [{}, { OPENCODE_CONFIG_CONTENT: "" }]) {
    await prepared(env, (content) => {
      assert.deepEqual(Object.keys(content), ["plugin"]);
      const [plugin, ...others] = pluginsOf(content);
      assert.match(String(plugin), /^file:\/\/\/.*\.js$/);
      assert.deepEqual(others, []);
      assert.ok(Deno.statSync(new URL(String(plugin))).isFile);
    });
  }
});

Deno.test("the user's own configuration and plugins are kept, and ours comes last", async () => {
  const own = {
    $schema: "https://opencode.ai/config.json",
    plugin: ["opencode-a", "file:///b.js"],
    permission: { bash: { "rm *": "deny" } },
    model: "a/b",
  };
  await prepared({ OPENCODE_CONFIG_CONTENT: JSON.stringify(own) }, (content) => {
    const { plugin: _plugin, ...rest } = content;
    const { plugin: mine, ...others } = own;
    assert.deepEqual(rest, others);
    assert.deepEqual(pluginsOf(content).slice(0, -1), mine);
    assert.equal(pluginsOf(content).length, mine.length + 1);
  });
});

Deno.test("a configuration that is no JSON object is refused, and the message names the variable", async () => {
  for (const OPENCODE_CONFIG_CONTENT of ["{", "[]", "null", "5", "model: x"]) {
    await assert.rejects(
      prepared({ OPENCODE_CONFIG_CONTENT }, () => undefined),
      (error) =>
        error instanceof UserError && error.message.startsWith("OPENCODE_CONFIG_CONTENT must be"),
    );
  }
});

Deno.test("the side server has the password that is given, and no updates are looked for", async () => {
  await prepared({ OPENCODE_SERVER_PASSWORD: "known" }, (_content, env) => {
    assert.equal(env["OPENCODE_SERVER_PASSWORD"], "secret");
    assert.equal(env["OPENCODE_DISABLE_AUTOUPDATE"], "1");
  });
});

/** How opencode is prepared with these words in its command. */
async function launched(
  words: readonly string[],
  look: (launch: ReturnType<typeof prepareOpencode>) => void,
): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "iteratr-test-" });
  try {
    look(prepareOpencode(["opencode", "acp", ...words], {}, { directory, root: "/w" }));
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

Deno.test("each start has a free port, also when somebody has taken the last one, and the server is known there", async () => {
  let last = "";
  await launched([], ({ moreWords, server, env }) => {
    assert.equal(server?.password, env["OPENCODE_SERVER_PASSWORD"]);
    last = server?.password ?? "";
    for (let start = 0; start < 5; start++) {
      const [flag, port] = moreWords();
      assert.deepEqual([flag, port], ["--port", String(server?.port)]);
      using taken = Deno.listen({ hostname: "127.0.0.1", port: Number(port) });
      assert.notDeepEqual(moreWords(), ["--port", String(taken.addr.port)]);
    }
  });
  await launched([], ({ server }) => assert.notEqual(server?.password, last));
});

Deno.test("a port that the command names is left, and where it says nothing there is no server to ask", async () => {
  for (const words of [["--port", "4711"], ["--port=4711"], ["--port", "1", "--port", "4711"]]) {
    await launched(words, ({ moreWords, server }) => {
      assert.deepEqual(moreWords(), []);
      assert.equal(server?.port, 4711);
    });
  }
  for (const words of [["--port", "0"], ["--port=0"], ["--port"], ["--port", "x"], ["--port="]]) {
    await launched(words, ({ moreWords, server }) => {
      assert.deepEqual([moreWords(), server], [[], undefined], words.join(" "));
    });
  }
});

/** What the plugin makes of a configuration, as opencode would call it. */
async function settled(config: unknown): Promise<unknown> {
  const copy: unknown = structuredClone(config);
  await prepared({}, async (content) => {
    const module: unknown = await import(String(pluginsOf(content)[0]));
    assert.ok(isObject(module));
    const [make] = Object.values(module);
    assert.ok(typeof make === "function");
    const hooks: unknown = await make();
    assert.ok(isObject(hooks) && typeof hooks["config"] === "function");
    await hooks["config"](copy);
  });
  return copy;
}

/** The rules for opencode's built-in asks, which come before all others. */
const SETTLED = { "external_director?": "allow", "doom_loo?": "allow", "rea?": "allow" };

Deno.test("the plugin turns every ask into an allow, and leaves what is denied", async () => {
  const config = {
    permission: {
      "*": "ask",
      webfetch: "deny",
      bash: { "*": "ask", "rm *": "deny", "ls *": "allow" },
    },
    agent: { build: { permission: "ask" }, plan: { permission: { edit: "ask", bash: "deny" } } },
  };
  assert.deepEqual(await settled(config), {
    permission: {
      ...SETTLED,
      "*": "allow",
      webfetch: "deny",
      bash: { "*": "allow", "rm *": "deny", "ls *": "allow" },
    },
    agent: {
      build: { permission: "allow" },
      plan: { permission: { edit: "allow", bash: "deny" } },
    },
  });
});

Deno.test("the plugin's own rules stand before the user's, so that the user's decide", async () => {
  const result = await settled({ permission: { read: { "*.env": "deny" } } });
  assert.ok(isObject(result) && isObject(result["permission"]));
  assert.deepEqual(Object.keys(result["permission"]), [...Object.keys(SETTLED), "read"]);
});

Deno.test("the plugin makes something of a configuration without permissions", async () => {
  assert.deepEqual(await settled({}), { permission: SETTLED });
  assert.deepEqual(await settled({ agent: { a: null, b: {} } }), {
    agent: { a: null, b: {} },
    permission: SETTLED,
  });
  assert.deepEqual(await settled({ permission: "ask" }), { permission: "allow" });
  assert.deepEqual(await settled({ permission: "deny" }), { permission: "deny" });
});
