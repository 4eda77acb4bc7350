import { UnclearError } from "./parts.ts";
import type { ShellText } from "./shell_text.ts";

/** `$((...))`, from its first parenthesis. */
export function readArithmetic(text: ShellText): void {
  text.deeper(() => text.arithmetic(() => readInside(text)));
}

function readInside(text: ShellText): void {
  let open = 0;
  for (text.at += 2;;) {
    const { char } = text;
    if (char === undefined) throw new UnclearError("$(( is not closed");
    if (text.reference((value) => value)) continue;
    if (char === "$" || char === "`") text.expansion("arithmetic");
    else if (char === "'" || char === '"') throw new UnclearError("there are quotes within $((");
    else {
      text.at += char === "\\" ? 2 : 1;
      if (char === "(") open++;
      if (char !== ")" || open-- > 0) continue;
      if (text.char !== ")") {
        throw new UnclearError("$(( may begin arithmetic or a subshell: write $( ( for the latter");
      }
      text.at++;
      return;
    }
  }
}
