import assert from "node:assert/strict";
import { SUBCOMMANDS } from "../../src/commands/tool/tool.ts";
import { DEFAULT_TEMPLATE } from "../../src/prompt/default_template.ts";
import { compileTemplate, type PromptVariables } from "../../src/prompt/template.ts";

const FULL: PromptVariables = {
  session: "user-auth",
  iteration: "3",
  spec: "# The spec\n\nUse {{braces}}.",
  notes: "# Notes\n\nTips:\n- [#1] be quick",
  tasks: "# Tasks\n\nRemaining: 1",
  history: "# Recent iterations\n\n- #2 (just now): did it",
  extra: "Be kind.",
  port: "0",
  binary: "/tmp/iteratr-1/bin/iteratr",
};

const render = compileTemplate(DEFAULT_TEMPLATE, "(built in)");

Deno.test("the built-in template says everything that it is given", () => {
  const prompt = render(FULL);
  const { port: _port, ...said } = FULL;
  for (const [name, value] of Object.entries(said)) assert.ok(prompt.includes(value), name);
});

Deno.test("the built-in template leaves out what there is none of, with its place", () => {
  const prompt = render({ ...FULL, notes: "", history: "", extra: "" });
  assert.doesNotMatch(prompt, /\n\n\n/);
  assert.doesNotMatch(prompt, /Further instructions|# Notes|# Recent/);
  assert.ok(prompt.includes(`${FULL.tasks}\n\n# How you work`));
});

Deno.test("the built-in template knows every subcommand of iteratr tool, and no other", () => {
  const prompt = render(FULL);
  for (const { name } of SUBCOMMANDS) assert.ok(prompt.includes(`iteratr tool ${name}`), name);
  const named = prompt.matchAll(/iteratr tool ([a-z]+-[a-z-]+)/g);
  const known = SUBCOMMANDS.map(({ name }) => name);
  for (const [, name] of named) assert.ok(known.includes(name ?? ""), name);
});
