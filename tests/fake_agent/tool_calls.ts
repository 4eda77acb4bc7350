import { freshId } from "./ids.ts";
import { runShell, type ShellResult } from "./shell.ts";
import type { Turn } from "./turn.ts";

/** Runs a shell command and shows it as opencode shows its bash tool, one snapshot per growth. */
export async function shell(turn: Turn, command: string): Promise<ShellResult> {
  await turn.nextCall();
  const { cwd } = turn.session;
  const toolCallId = freshId("call");
  const locations = [{ path: cwd }];
  turn.update({
    sessionUpdate: "tool_call",
    toolCallId,
    title: "bash",
    kind: "execute",
    status: "pending",
    locations,
    rawInput: { cwd },
  });
  const running = {
    sessionUpdate: "tool_call_update",
    toolCallId,
    status: "in_progress",
    kind: "execute",
    title: command,
    locations,
    rawInput: { command, cwd },
  };
  turn.update(running);
  const result = await runShell(command, {
    cwd,
    signal: turn.signal,
    onOutput: (output) => turn.update({ ...running, content: [textContent(output)] }),
  });
  const { code: exit, output } = result;
  // A failing command is still a completed tool call: only the exit code tells.
  turn.update({
    ...running,
    status: "completed",
    content: [textContent(output)],
    rawOutput: { output, metadata: { output, exit, truncated: false } },
  });
  turn.signal.throwIfAborted();
  return result;
}

/** Writes a file of the session's directory, shown as opencode's write tool: no diff. */
export async function write(turn: Turn, name: string, content: string): Promise<void> {
  const filePath = `${turn.session.cwd}/${name}`;
  await changeFile(turn, "write", filePath, content, { filePath, content }, []);
}

/** Rewrites a file, shown as opencode's edit tool: with a diff. */
export async function edit(
  turn: Turn,
  name: string,
  oldText: string,
  newText: string,
): Promise<void> {
  const path = `${turn.session.cwd}/${name}`;
  const rawInput = { filePath: path, oldString: oldText, newString: newText };
  const diff = { type: "diff", path, oldText, newText };
  await changeFile(turn, "edit", path, newText, rawInput, [diff]);
}

/** A text in the shape of a tool call's content. */
export function textContent(text: string): Readonly<Record<string, unknown>> {
  return { type: "content", content: { type: "text", text } };
}

async function changeFile(
  turn: Turn,
  tool: string,
  path: string,
  text: string,
  rawInput: Readonly<Record<string, string>>,
  diffs: readonly unknown[],
): Promise<void> {
  await turn.nextCall();
  const toolCallId = freshId("call");
  const locations = [{ path }];
  turn.update({
    sessionUpdate: "tool_call",
    toolCallId,
    title: tool,
    kind: "edit",
    status: "pending",
    locations: [],
    rawInput: {},
  });
  const running = { sessionUpdate: "tool_call_update", toolCallId, kind: "edit", title: path };
  turn.update({ ...running, status: "in_progress", locations, rawInput });
  await Deno.writeTextFile(path, text);
  const output = "Wrote file successfully.";
  turn.update({
    ...running,
    status: "completed",
    locations,
    rawInput,
    content: [textContent(output), ...diffs],
    rawOutput: { output, metadata: { filepath: path, exists: true } },
  });
}
