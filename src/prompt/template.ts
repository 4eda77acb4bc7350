import { Eta } from "eta";
import { messageOf, UserError } from "../platform/failure.ts";

/** The values that a template can use, each a text ready to be put into the prompt. */
export interface PromptVariables {
  readonly session: string;
  readonly iteration: string;
  readonly spec: string;
  readonly notes: string;
  readonly tasks: string;
  readonly history: string;
  readonly extra: string;
  /** Always `0`: there is no server. Kept for templates that were written for one. */
  readonly port: string;
  readonly binary: string;
}

/** A template that has been compiled. */
export type Template = (variables: PromptVariables) => string;

const NAMES: readonly (keyof PromptVariables)[] = [
  "session",
  "iteration",
  "spec",
  "notes",
  "tasks",
  "history",
  "extra",
  "port",
  "binary",
];

/**
 * Compiles a template: `{{name}}` puts a value in, `{{% code }}` is JavaScript for conditions and loops,
 * `-}}` at the end of a tag takes the line break after it away, `{{"{{"}}` writes two braces. Values are
 * put in as they are, whatever they contain.
 *
 * @param text the template.
 * @param name the file it comes from, for messages.
 * @throws {UserError} when it does not compile.
 */
export function compileTemplate(text: string, name: string): Template {
  const eta = new Eta({
    tags: ["{{", "}}"],
    parse: { exec: "%", interpolate: "", raw: "~" },
    autoEscape: false,
    autoTrim: false,
    functionHeader: `const { ${NAMES.join(", ")} } = it;`,
  });
  try {
    const render = eta.compile(text);
    return (variables) => neverACommand(renderWith(eta, render, variables, name));
  } catch (error) {
    throw templateError(name, error);
  }
}

function renderWith(
  eta: Eta,
  render: ReturnType<Eta["compile"]>,
  variables: PromptVariables,
  name: string,
): string {
  try {
    return render.call(eta, variables);
  } catch (error) {
    throw templateError(name, error);
  }
}

/** opencode takes a prompt that begins with a slash for a command of its own, and drops it. */
function neverACommand(prompt: string): string {
  return prompt.trimStart().startsWith("/") ? `The task at hand:\n\n${prompt}` : prompt;
}

function templateError(name: string, error: unknown): UserError {
  return new UserError(`the template ${name} cannot be used: ${messageOf(error)}`, [
    `It may use: ${NAMES.map((variable) => `{{${variable}}}`).join(" ")}`,
  ]);
}
