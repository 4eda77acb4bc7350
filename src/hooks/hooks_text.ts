import { isMap, isScalar, isSeq, type Node, type YAMLMap } from "yaml";
import { nearest } from "../platform/nearest.ts";
import type { Problem } from "../platform/problem.ts";
import { isNothing, readYamlText, type YamlText } from "../platform/yaml_text.ts";
import { HOOK_NAMES, type HookName } from "../session/hook.ts";
import { type Hook, type Hooks, NO_HOOKS } from "./hook.ts";
import {
  isNull,
  plainSource,
  type Read,
  readCommand,
  readSwitch,
  readTimeout,
  shown,
} from "./hook_values.ts";
import { fitReferences } from "./references.ts";

const MISSING_VERSION = "version is missing: write version: 1";
const DEFAULT_TIMEOUT_MS = 30_000;
const HOOK_KEYS = ["command", "timeout", "pipe_output"] as const;

/** What a file says, and what is wrong with it. */
export interface HooksContent {
  readonly hooks: Hooks;
  readonly problems: readonly Problem[];
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
        if (plainSource(value) !== "1") {
          this.#mistake(`version must be 1, got ${shown(value, this.#text)}`, value ?? key);
        }
      } else if (word !== "hooks") this.#moment(word, key, value);
      else if (isMap(value)) {
        for (const inner of this.#items(value, "hooks.", HOOK_NAMES)) {
          this.#moment(inner.word, inner.key, inner.value);
        }
      } else if (!isNull(value)) {
        const message = `hooks must hold keys: ${HOOK_NAMES.join(", ")}`;
        this.#mistake(`${message}, got ${shown(value, this.#text)}`, value);
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
      this.#mistake(`${message}, got ${shown(node, this.#text)}`, node ?? key);
      return undefined;
    }
    let command: string | undefined;
    let script = "";
    let hasCommand = false;
    let timeoutMs = DEFAULT_TIMEOUT_MS;
    let pipeOutput = false;
    for (const { word, key: at, value } of this.#items(node, `${name}.`, HOOK_KEYS)) {
      const valueOf = <T>(read: Read<T>): T | undefined => {
        if ("value" in read) return read.value;
        this.#mistake(`${name}.${word} ${read.wrong}`, value ?? at);
        return undefined;
      };
      switch (word) {
        case "command":
          hasCommand = true;
          command = valueOf(readCommand(value, this.#text));
          if (command !== undefined) script = this.#script(command, name, value ?? at);
          break;
        case "timeout":
          timeoutMs = valueOf(readTimeout(value, this.#text)) ?? timeoutMs;
          break;
        case "pipe_output":
          pipeOutput = valueOf(readSwitch(value, this.#text)) ?? pipeOutput;
          break;
      }
    }
    if (!hasCommand) this.#mistake(`${name}.command is missing`, node);
    if (command === undefined) return undefined;
    return { name, command, script, timeoutMs, pipeOutput };
  }

  #script(command: string, name: HookName, at: Node): string {
    const { script, mistakes } = fitReferences(command, name);
    for (const message of mistakes) this.#mistake(`${name}.command: ${message}`, at);
    return script;
  }
}
