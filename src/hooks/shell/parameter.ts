import { UnclearError } from "./parts.ts";
import { readDoubleQuotes, readSingleQuotes } from "./quotes.ts";
import type { ShellText, Where } from "./shell_text.ts";

/**
 * `${...}`, from its brace. Quotes in it mean different things by its operator, and by what is around
 * it; where shells do not agree on that (XCU 2.6.2 leaves some of it open), nothing is accepted.
 */
export function readParameter(text: ShellText, where: Where): void {
  text.deeper(() => {
    text.at++;
    const name = text.match(/[#!]?(?:[A-Za-z_][A-Za-z0-9_]*|[0-9]+|[@*#?$!-])/y) ?? "";
    text.sheet.variables.push(name.replace(/^[#!](?=.)/, ""));
    readOperand(text, where, text.match(/:?[-=?+]|%%?|##?/y));
  });
}

function readOperand(text: ShellText, where: Where, operator: string | undefined): void {
  const isPattern = operator !== undefined && /[%#]/.test(operator);
  const isBare = where === "bare";
  for (;;) {
    const { char } = text;
    if (char === undefined) throw new UnclearError("${ is not closed");
    const isDollar = !isBare && char === "$" && text.nameAt(text.at + 1) !== undefined;
    const isUnclear = operator === undefined || where === "arithmetic";
    if (isDollar || (isUnclear && text.nameAt(text.at) !== undefined)) {
      throw new UnclearError("it stands within ${...}");
    }
    if (text.reference((value) => isBare || isPattern ? `"${value}"` : value)) continue;
    if (char === "}") {
      text.at++;
      return;
    }
    if (char === "\\") text.at += 2;
    else if (char === "$" || char === "`") text.expansion(where);
    else if (char === "'" || char === '"') readQuotes(text, where, operator, isPattern);
    else text.at++;
  }
}

function readQuotes(
  text: ShellText,
  where: Where,
  operator: string | undefined,
  isPattern: boolean,
): void {
  const isBare = where === "bare";
  if (!isBare && (operator === undefined || where !== "double")) {
    throw new UnclearError("there are quotes within ${...} within quotes");
  }
  const isQuoting = isBare || isPattern;
  if (text.char === '"') {
    const { from, to } = text.rangeOf(() => readDoubleQuotes(text));
    if (!isQuoting && from < to) {
      throw new UnclearError("it stands in quotes within ${...} within quotes");
    }
  } else if (isQuoting) readSingleQuotes(text);
  // As in "${x:-it's}".
  else text.at++;
}
