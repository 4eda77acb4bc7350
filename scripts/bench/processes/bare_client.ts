/*
 * deno run -A bare_client.ts TURNS GIT COMMAND...
 *
 * Does what no client of an ACP agent can do without, and nothing else: starts it, opens a session for
 * each of so many prompts, and reads and parses what comes. With GIT `git` it asks git for the state of
 * the work tree after each turn, with `commit` it commits whatever has changed.
 */
const [turns, look, program, ...args] = Deno.args;
if (turns === undefined || program === undefined) Deno.exit(2);

const agent = new Deno.Command(program, { args, stdin: "piped", stdout: "piped" }).spawn();
const writer = agent.stdin.getWriter();
const waiting = new Map<number, (result: Readonly<Record<string, unknown>>) => void>();
let asked = 0;

async function read(): Promise<void> {
  let rest = "";
  for await (const text of agent.stdout.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const { id, result } = JSON.parse(line);
      waiting.get(id)?.(result);
    }
  }
}

async function ask(method: string, params: unknown): Promise<Readonly<Record<string, unknown>>> {
  const id = asked++;
  const { promise, resolve } = Promise.withResolvers<Readonly<Record<string, unknown>>>();
  waiting.set(id, resolve);
  const frame = JSON.stringify({ jsonrpc: "2.0", id, method, params });
  await writer.write(new TextEncoder().encode(`${frame}\n`));
  const result = await promise;
  waiting.delete(id);
  return result;
}

async function git(...args: readonly string[]): Promise<void> {
  await new Deno.Command("git", { args: [...args] }).output();
}

const reading = read();
await ask("initialize", { protocolVersion: 1, clientCapabilities: {} });
for (let turn = 0; turn < Number(turns); turn++) {
  const { sessionId } = await ask("session/new", { cwd: Deno.cwd(), mcpServers: [] });
  await ask("session/prompt", { sessionId, prompt: [{ type: "text", text: "Go on." }] });
  if (look === "git") await git("--no-optional-locks", "status", "--porcelain=v2", "-z");
  if (look === "commit") {
    await git("add", "-A");
    await git("commit", "-q", "-m", "work");
  }
}
await writer.close();
await reading;
await agent.status;
