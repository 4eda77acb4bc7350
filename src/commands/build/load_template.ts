import { messageOf, UserError } from "../../platform/failure.ts";
import { DEFAULT_TEMPLATE } from "../../prompt/default_template.ts";
import { compileTemplate, type Template } from "../../prompt/template.ts";

/**
 * Loads the template that the configuration names, else the built-in one.
 *
 * @throws {UserError} when it cannot be read or used.
 */
export async function loadTemplate(path: string | undefined): Promise<Template> {
  if (path === undefined) return compileTemplate(DEFAULT_TEMPLATE, "(built in)");
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    throw new UserError(`the template ${path} cannot be read: ${messageOf(error)}`);
  }
  return compileTemplate(text, path);
}
