import assert from "node:assert/strict";
import { resolveConfig, type Resolved, type Setting } from "../../src/config/resolve.ts";
import type { KeySpec } from "../../src/config/table.ts";
import { UserError } from "../../src/platform/failure.ts";
import { joinPath, parentPath } from "../../src/platform/paths.ts";
import { Place } from "../support/place.ts";
import type { Sample } from "./_samples.ts";

/** What stands above the files. */
export interface Above {
  readonly variables?: Readonly<Record<string, string>>;
  /** By their long names. */
  readonly flags?: Readonly<Record<string, string | readonly string[]>>;
}

/** The layers, from the lowest to the highest, without the defaults. */
export const LAYERS = ["global", "project", "env", "flag"] as const;

/** One of {@linkcode LAYERS}. */
export type Layer = typeof LAYERS[number];

/** The layers that can set a key. */
export function layersOf({ flag, variable }: KeySpec): readonly Layer[] {
  return LAYERS.filter((layer) =>
    layer === "flag" ? flag !== undefined : layer !== "env" || variable !== undefined
  );
}

/** A root and a home directory with room for a file of the configuration each. */
export class Layers implements AsyncDisposable {
  readonly #place: Place;

  private constructor(place: Place) {
    this.#place = place;
  }

  static async make(): Promise<Layers> {
    return new Layers(await Place.make());
  }

  get root(): string {
    return this.#place.path;
  }

  get home(): string {
    return this.#place.join("home");
  }

  file(kind: "global" | "project"): string {
    return kind === "global"
      ? joinPath(this.home, ".config", "iteratr", "iteratr.yml")
      : joinPath(this.root, "iteratr.yml");
  }

  async write(kind: "global" | "project", text: string): Promise<void> {
    await Deno.mkdir(parentPath(this.file(kind)), { recursive: true });
    await Deno.writeTextFile(this.file(kind), text);
  }

  async clear(): Promise<void> {
    for (const kind of ["global", "project"] as const) {
      await Deno.remove(this.file(kind)).catch(() => undefined);
    }
  }

  resolve({ variables = {}, flags = {} }: Above = {}): Resolved {
    const env: Readonly<Record<string, string>> = { HOME: this.home, ...variables };
    return resolveConfig({
      root: this.root,
      env: (name) => env[name],
      flags: new Map(Object.entries(flags)),
    });
  }

  /** The setting of one key. */
  setting(key: string, above: Above = {}): Setting {
    const setting = this.resolve(above).settings.find(({ spec }) => spec.key === key);
    assert.ok(setting !== undefined, `${key} is not resolved`);
    return setting;
  }

  /** The mistakes that keep it from being resolved, in their order; none when it is. */
  mistakes(above: Above = {}): readonly string[] {
    try {
      this.resolve(above);
      return [];
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      return [error.message, ...error.hints.map((hint) => hint.replace(/^also: /, ""))];
    }
  }

  /** What a key's value is when a layer sets it: a path is anchored. */
  meant(spec: KeySpec, layer: Layer, { text, value }: Sample): unknown {
    if (spec.kind.kind !== "path") return value;
    const isBeside = layer === "global" && spec.key !== "data_dir";
    return joinPath(isBeside ? parentPath(this.file("global")) : this.root, text);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#place[Symbol.asyncDispose]();
  }
}
