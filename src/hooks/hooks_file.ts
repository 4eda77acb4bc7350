import { isAlias, isMap, isScalar, isSeq, type Node, type Scalar, type YAMLMap } from "yaml";
import { messageOf } from "../platform/failure.ts";
import { nearest } from "../platform/nearest.ts";
import { joinPath } from "../platform/paths.ts";
import { type Problem, throwProblems } from "../platform/problem.ts";
import { isNothing, readYamlText, type YamlText } from "../platform/yaml_text.ts";
import { HOOK_NAMES, type HookName } from "../session/hook.ts";
import { lengthProblem } from "../session/ruling.ts";
import { fitReferences } from "./references.ts";

/** A command that is run at a moment of a run. */
export interface Hook {
  readonly name: HookName;
  /** As it is written. */
  readonly command: string;
  /** What the shell gets: with references to variables put in. */
  readonly script: string;
  readonly timeoutMs: number;
  /** Whether the agent gets to see what it prints. */
  readonly pipeOutput: boolean;
}

/** The hooks of a project, each list in the order in which it is run. */
export type Hooks = Readonly<Record<HookName, readonly Hook[]>>;

/** What there is without a file. */
export const NO_HOOKS = Object.fromEntries(
  HOOK_NAMES.map((name) => [name, []]),
) as unknown as Hooks;

/** Its name; it lies at the root. */
export const HOOKS_FILE = ".iteratr.hooks.yml";

const DEFAULT_TIMEOUT_MS = 30_000;
const MAX_TIMEOUT_S = 86_400;
const HOOK_KEYS = ["command", "timeout", "pipe_output"] as const;

/**
 * Reads the hooks of a project. Without a file there are none; a file that is there and cannot be read
 * is a mistake, because hooks that are silently left out are worse than a run that does not begin.
 *
 * @param root absolute path.
 * @throws {UserError} with every mistake at once, each with its file, line and column.
 */
export function loadHooks(root: string): Hooks {
  const path = joinPath(root, HOOKS_FILE);
  const { hooks, problems } = readFile(path);
  throwProblems(problems);
  return hooks;
}

/** What a file says, and what is wrong with it. */
export interface HooksContent {
  readonly hooks: Hooks;
  readonly problems: readonly Problem[];
}

/** What the file is easily called by mistake. */
const MISNAMED = ".iteratr.hooks.yaml";

function readFile(path: string): HooksContent {
  if (!isThere(path)) return { hooks: NO_HOOKS, problems: misnamed(path) };
  try {
    // Reading from a pipe would wait for whoever writes to it.
    if (!Deno.statSync(path).isFile) throw new Error("it is no file");
    const text = new TextDecoder("utf-8", { fatal: true }).decode(Deno.readFileSync(path));
    return readHooksText(text, path);
  } catch (error) {
    const why = error instanceof TypeError ? "it is not UTF-8" : messageOf(error);
    const problem = { message: `the file cannot be read: ${why}`, where: path };
    return { hooks: NO_HOOKS, problems: [problem] };
  }
}

function misnamed(path: string): readonly Problem[] {
  const where = joinPath(path, "..", MISNAMED);
  if (!isThere(where)) return [];
  return [{ message: `hooks are read from ${HOOKS_FILE} alone: rename the file`, where }];
}

/** A link that leads nowhere is there: somebody meant to have hooks. */
function isThere(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch (error) {
    return !(error instanceof Deno.errors.NotFound);
  }
}

/**
 * Reads the text of a hooks file. All its mistakes are found at once, in the order of the text.
 *
 * @param name the file as messages name it.
 */
export function readHooksText(text: string, name: string): HooksContent {
  return new Reading(text, name).read();
}

/** A mistake, before it is put into its order. */
interface Mistake {
  readonly message: string;
  readonly at: number;
}

class Reading {
  readonly #text: string;
  readonly #yaml: YamlText;
  readonly #mistakes: Mistake[] = [];
  readonly #hooks = new Map<HookName, readonly Hook[]>();

  constructor(text: string, name: string) {
    this.#text = text;
    this.#yaml = readYamlText(text, name, "a hooks file");
  }

  read(): HooksContent {
    const { root, problems, place } = this.#yaml;
    if (isMap(root)) this.#document(root);
    else if (problems.length === 0 && !isNothing(root)) {
      this.#mistake("a hooks file is keys with values", root);
    } else if (problems.length === 0) this.#mistake(MISSING_VERSION, undefined);
    const mistakes = this.#mistakes.toSorted((a, b) => a.at - b.at)
      .map(({ message, at }): Problem => ({ message, where: place(at) }))
      // What is no YAML there is no wrong value besides.
      .filter(({ where }) => problems.every((problem) => problem.where !== where));
    const hooks: Hooks = { ...NO_HOOKS, ...Object.fromEntries(this.#hooks) };
    return { hooks, problems: [...problems, ...mistakes] };
  }

  #mistake(message: string, node: Node | null | undefined): void {
    this.#mistakes.push({ message, at: node?.range?.[0] ?? 0 });
  }

  #document(map: YAMLMap): void {
    let hasVersion = false;
    for (const { key, word, value } of this.#items(map, "", ["version", "hooks", ...HOOK_NAMES])) {
      if (word === "version") {
        hasVersion = true;
        if (!isScalar(value) || this.#source(value) !== "1") {
          this.#mistake(`version must be 1, got ${this.#shown(value)}`, value ?? key);
        }
      } else if (word !== "hooks") this.#moment(word, key, value);
      else if (isMap(value)) {
        for (const inner of this.#items(value, "hooks.", HOOK_NAMES)) {
          this.#moment(inner.word, inner.key, inner.value);
        }
      } else if (!isNull(value)) {
        const message = `hooks must hold keys: ${HOOK_NAMES.join(", ")}`;
        this.#mistake(`${message}, got ${this.#shown(value)}`, value);
      }
    }
    if (!hasVersion && this.#yaml.problems.length === 0) this.#mistake(MISSING_VERSION, undefined);
  }

  /** The items of a mapping whose keys are known, each once. */
  *#items<Key extends string>(
    map: YAMLMap,
    prefix: string,
    known: readonly Key[],
  ): Generator<{ readonly word: Key; readonly key: Node; readonly value: Node | null }> {
    const seen = new Set<string>();
    for (const item of map.items) {
      const key = item.key as Node | null;
      const value = item.value as Node | null;
      if (!isScalar(key)) {
        this.#mistake("a key must be a word", key);
        continue;
      }
      const text = String(key.value);
      const word = known.find((one) => one === text);
      if (word === undefined) {
        const meant = nearest(text, known);
        const hint = meant === undefined ? "" : `; did you mean ${meant}?`;
        this.#mistake(`unknown key "${prefix}${text}"${hint}`, key);
      } else if (seen.has(word)) this.#mistake(`${prefix}${word} is set twice`, key);
      else {
        seen.add(word);
        yield { word, key, value };
      }
    }
  }

  #moment(name: HookName, key: Node, value: Node | null): void {
    if (this.#hooks.has(name)) {
      this.#mistake(`${name} is set twice`, key);
      return;
    }
    const items = isSeq(value) ? value.items as (Node | null)[] : isNull(value) ? [] : [value];
    this.#hooks.set(name, items.flatMap((item) => this.#hook(name, item, key) ?? []));
  }

  #hook(name: HookName, node: Node | null, key: Node): Hook | undefined {
    if (!isMap(node)) {
      const message = `a hook of ${name} must be a mapping with a command`;
      this.#mistake(`${message}, got ${this.#shown(node)}`, node ?? key);
      return undefined;
    }
    let command: string | undefined;
    let script = "";
    let hasCommand = false;
    let timeoutMs = DEFAULT_TIMEOUT_MS;
    let pipeOutput = false;
    for (const { word, key: at, value } of this.#items(node, `${name}.`, HOOK_KEYS)) {
      const must = (what: string): void =>
        this.#mistake(`${name}.${word} must be ${what}, got ${this.#shown(value)}`, value ?? at);
      switch (word) {
        case "command":
          hasCommand = true;
          command = this.#command(
            value,
            must,
            (why) => this.#mistake(`${name}.command ${why}`, value ?? at),
          );
          if (command === undefined) break;
          script = this.#script(command, name, value ?? at);
          break;
        case "timeout": {
          const seconds = isScalar(value) ? this.#source(value) : "";
          if (/^[1-9][0-9]{0,4}$/.test(seconds) && Number(seconds) <= MAX_TIMEOUT_S) {
            timeoutMs = Number(seconds) * 1000;
          } else must(`a whole number of seconds from 1 to ${MAX_TIMEOUT_S}`);
          break;
        }
        case "pipe_output": {
          const source = isScalar(value) ? this.#source(value) : "";
          if (source === "true" || source === "false") pipeOutput = source === "true";
          else must("true or false");
          break;
        }
      }
    }
    if (!hasCommand) this.#mistake(`${name}.command is missing`, node);
    if (command === undefined) return undefined;
    return { name, command, script, timeoutMs, pipeOutput };
  }

  #command(
    value: Node | null,
    must: (what: string) => void,
    wrong: (why: string) => void,
  ): string | undefined {
    const text = isScalar(value) ? value.value : undefined;
    if (typeof text !== "string" || text.trim() === "") {
      must("a text for the shell");
      return undefined;
    }
    // No program can be given these as they are.
    if (text.includes("\0") || !text.isWellFormed()) {
      must("a text without NUL and without half characters");
      return undefined;
    }
    const tooLong = lengthProblem(text);
    if (tooLong !== undefined) {
      wrong(tooLong);
      return undefined;
    }
    return text;
  }

  #script(command: string, name: HookName, at: Node): string {
    const { script, mistakes } = fitReferences(command, name);
    for (const message of mistakes) this.#mistake(`${name}.command: ${message}`, at);
    return script;
  }

  /** The letters of a value without quotes; of no other. */
  #source(value: Scalar): string {
    return value.type === "PLAIN" && value.tag === undefined ? value.source ?? "" : "";
  }

  /** A value as messages show it: as it is written. */
  #shown(value: Node | null): string {
    if (isSeq(value)) return "a list";
    if (isMap(value)) return "a mapping";
    if (isAlias(value)) return "an alias";
    const [from, to] = value?.range ?? [0, 0];
    const source = this.#text.slice(from, to);
    if (source === "") return "nothing";
    const line = source.length > 60 ? `${source.slice(0, 60)}...` : source;
    const isQuoted = isScalar(value) && /^QUOTE_/.test(value.type ?? "");
    return isQuoted ? `the text ${line.replaceAll("\n", " ")}` : JSON.stringify(line);
  }
}

const MISSING_VERSION = "version is missing: write version: 1";

function isNull(value: Node | null): boolean {
  return value === null || (isScalar(value) && value.value === null);
}
