import { Eta, type EtaConfig } from "eta";
import { messageOf, UserError } from "../platform/failure.ts";
import { nearest } from "../platform/nearest.ts";

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

/** The names of all variables, in the order in which messages list them. */
export const VARIABLE_NAMES: readonly (keyof PromptVariables)[] = [
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

const CONFIG: Partial<EtaConfig> = {
  tags: ["{{", "}}"],
  parse: { exec: "%", interpolate: "", raw: "~" },
  autoEscape: false,
  autoTrim: false,
  functionHeader: `const { ${VARIABLE_NAMES.join(", ")} } = it;`,
  // Keeps count of lines.
  debug: true,
};

/**
 * Compiles a template: `{{name}}` puts a value in, `{{% code }}` is JavaScript for conditions and loops,
 * `-}}` at the end of a tag takes the line break after it away, `{{"{{"}}` writes two braces. Values are
 * put in as they are, whatever they contain. The template is tried out with empty and with filled values,
 * so that mistakes show before an agent is started.
 *
 * @param text the template.
 * @param name the file it comes from, for messages.
 * @throws {UserError} with file and line when it does not compile, or uses an unknown variable.
 */
export function compileTemplate(text: string, name: string): Template {
  const eta = new Eta(CONFIG);
  try {
    checkNames(eta, text, name);
    const render = compile(eta, text, name);
    const template: Template = (variables) => {
      try {
        return neverACommand(render.call(eta, variables, { filepath: name }));
      } catch (error) {
        throw templateError(name, error);
      }
    };
    for (const value of ["", "x"]) template(sample(value));
    return template;
  } catch (error) {
    throw error instanceof UserError ? error : templateError(name, error);
  }
}

/** A syntax error in JavaScript comes without a place; the tags tell where it can be. */
function compile(eta: Eta, text: string, name: string): ReturnType<Eta["compile"]> {
  try {
    return eta.compile(text);
  } catch (error) {
    const reason = messageOf(error).split(" ====")[0]?.replace(/^Bad template syntax /, "") ?? "";
    const tags = eta.parse(text).flatMap((part) => typeof part === "string" ? [] : [part]);
    const wrong = tags.find((tag) => tag.t !== "e" && !isExpression(tag.val));
    const lines = tags.flatMap((tag) => tag.t === "e" ? [tag.lineNo ?? 1] : []);
    if (wrong === undefined && lines.length === 0) throw error;
    const where = wrong?.lineNo ?? lines[0];
    const places = [...new Set(lines)];
    const which = wrong === undefined && places.length > 1
      ? ` (in one of the tags {{% }}, in lines ${places.join(", ")})`
      : "";
    throw new UserError(`${name}:${where}: ${reason}${which}`, [known()]);
  }
}

function isExpression(code: string): boolean {
  try {
    return new Function(`return (${code}\n)`) instanceof Function;
  } catch {
    return false;
  }
}

function sample(value: string): PromptVariables {
  return {
    session: value,
    iteration: "1",
    spec: value,
    notes: value,
    tasks: value,
    history: value,
    extra: value,
    port: "0",
    binary: value,
  };
}

/** Finds a misspelt variable also where the trial does not come by. */
function checkNames(eta: Eta, text: string, name: string): void {
  const parts = eta.parse(text);
  const code = parts.flatMap((part) => typeof part !== "string" && part.t === "e" ? [part.val] : [])
    .join("\n");
  for (const part of parts) {
    if (typeof part === "string" || part.t === "e") continue;
    const word = /^[A-Za-z_$][\w$]*$/.exec(part.val.trim())?.[0];
    if (word === undefined || (VARIABLE_NAMES as readonly string[]).includes(word)) continue;
    // A name that the template's own code makes, such as that of a loop.
    if (new RegExp(`(^|[^\\w$])${word.replaceAll("$", "\\$")}([^\\w$]|$)`).test(code)) continue;
    const meant = nearest(word, VARIABLE_NAMES);
    const hint = meant === undefined ? "" : `; did you mean {{${meant}}}?`;
    throw new UserError(`${name}:${part.lineNo ?? 1}: unknown variable {{${word}}}${hint}`, [
      known(),
    ]);
  }
}

/** opencode takes a prompt that begins with a slash for a command of its own, and drops it. */
function neverACommand(prompt: string): string {
  return prompt.trimStart().startsWith("/") ? `The task at hand:\n\n${prompt}` : prompt;
}

/** Eta's messages hold the line and, below it, an excerpt; the last line is the reason. */
function templateError(name: string, error: unknown): UserError {
  const text = error instanceof Error ? error.message : String(error);
  const line = /\bline (\d+)/.exec(text)?.[1] ?? /^[^\n]*:(\d+)\n/.exec(text)?.[1];
  const reason = text.startsWith("Bad template syntax")
    ? text.split("\n")[2]
    : /\n\n([^\n]+)\s*$/.exec(text)?.[1] ?? messageOf(error).replace(/ at line .*$/, "");
  return new UserError(`${name}${line === undefined ? "" : `:${line}`}: ${reason}`, [known()]);
}

function known(): string {
  return `A template may use: ${VARIABLE_NAMES.map((variable) => `{{${variable}}}`).join(" ")}`;
}
