import { DEFAULT_TEMPLATE } from "./default_template.ts";
import { type PromptVariables, VARIABLE_NAMES } from "./template.ts";

/** What each variable holds, for the person who writes a template. */
const MEANINGS: Readonly<Record<keyof PromptVariables, string>> = {
  session: "the session's name",
  iteration: "the number of this iteration, from 1",
  spec: "the text of the spec",
  notes: "notes of earlier iterations by type, the newest; empty when there are none",
  tasks: "the tasks by status, with priorities and dependencies",
  history: "the summaries of the last iterations; empty when there are none",
  extra: "the text of --extra-instructions; empty without",
  port: "always 0; there is no server",
  binary: "the path of the iteratr that the agent calls",
};

/** The built-in template, headed by an explanation that does not go into the prompt. */
export function annotatedTemplate(): string {
  const width = Math.max(...VARIABLE_NAMES.map((name) => name.length));
  return [
    "{{% /*",
    "  A prompt template of iteratr. What stands in comments like this one is not sent.",
    "",
    "  Values, put in as they are, whatever they contain:",
    ...VARIABLE_NAMES.map((name) => `    ${name.padEnd(width)}  ${MEANINGS[name]}`),
    "",
    "  A name in double braces puts its value in. Double braces with a percent sign hold JavaScript,",
    "  for conditions and loops; a minus sign before the closing braces takes the line break away.",
    "  Two literal braces are a text in braces: see https://eta.js.org for the rest.",
    "*/ -}}",
    DEFAULT_TEMPLATE,
  ].join("\n");
}
