import { formatDuration, oneLine, plural, printable } from "../platform/text.ts";
import { isSuccess, outcomeOf } from "../session/command.ts";
import type { CommandFacts, EventData } from "../session/event.ts";
import { continued, fit, LABEL_WIDTH, labelled, spread } from "./layout.ts";
import type { Style } from "./style.ts";

const TAIL_LINES = 6;
/** As long as the name of the hook before an iteration: the ones that come often stand in line. */
const NAME_WIDTH = 14;

/** How lines are to look. */
export interface CommandLineOptions {
  readonly width: number;
  readonly style: Style;
}

/** The lines of a hook: the moment, the command, what came of it, and the end of what it said if it failed. */
export function hookLines(
  hook: EventData["hook.ended"],
  options: CommandLineOptions,
): readonly string[] {
  const came = hook.held ? `${outcomeOf(hook)} -> agent` : outcomeOf(hook);
  return commandLines(
    "hook",
    `${hook.hook.padEnd(NAME_WIDTH)} `,
    oneLine(hook.command, 1_000),
    came,
    hook,
    options,
  );
}

/** The lines of a gate. */
export function gateLines(
  gate: EventData["gate.ended"],
  options: CommandLineOptions,
): readonly string[] {
  const came = gate.passed ? "passed" : outcomeOf(gate);
  const label = gate.name === gate.command ? gate.command : `${gate.name}: ${gate.command}`;
  const lines = commandLines("gate", "", label, came, gate, options);
  if (gate.changed.length === 0) return lines;
  const changed = gate.changed.map((path) => oneLine(printable(path), 60)).join(", ");
  return [
    ...lines,
    continued(
      options.style.bad(fit(`it has changed tracked files: ${changed}`, options.width - 8)),
    ),
  ];
}

/** The line before gates are run. */
export function verifyStartedLine({ for: purpose, gates }: EventData["verify.started"]): string {
  const what = purpose === "baseline"
    ? "before the session begins"
    : "the session is declared done";
  return labelled("verify", `${what}: ${plural(gates.length, "gate")}`);
}

/** The line of what the gates say; `undefined` when the gates' own lines have said it. */
export function verifyEndedLine(
  { for: purpose, passed, failed, tolerated }: EventData["verify.ended"],
  style: Style,
): string | undefined {
  const list = (names: readonly string[]): string =>
    names.map((name) => oneLine(printable(name), 40)).join(", ");
  if (purpose === "baseline") {
    return passed ? undefined : labelled("verify", `fails before the session: ${list(failed)}`);
  }
  if (!passed) return style.bad(labelled("verify", `failed: ${list(failed)}`));
  const but = tolerated.length === 0 ? "" : `, but for ${list(tolerated)} as before the session`;
  return labelled("verify", `passed${but}`);
}

function commandLines(
  label: string,
  /** What stands before the text, as it is: `fit` does not keep columns. */
  name: string,
  text: string,
  came: string,
  facts: CommandFacts,
  { width, style }: CommandLineOptions,
): readonly string[] {
  const right = `${came}  ${formatDuration(facts.ms)}`;
  const room = Math.max(20, width - LABEL_WIDTH - right.length - 2 - name.length);
  const line = spread(labelled(label, `${name}${fit(printable(text), room)}`), right, width);
  if (isSuccess(facts)) return [style.dim(line)];
  const tail = printable(facts.tail).trimEnd();
  const shown = tail === "" ? [] : tail.split("\n").slice(-TAIL_LINES);
  return [
    line.replace(right, (words) => style.bad(words)),
    ...shown.map((said) => continued(style.dim(`| ${said}`))),
  ];
}
