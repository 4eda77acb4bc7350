import assert from "node:assert/strict";
import { shellQuote } from "../../src/platform/words.ts";
import { Place } from "../support/place.ts";
import { say } from "../support/bound.ts";
import { command, environment, iteratr, printed, run } from "./_iteratr.ts";

/** A shell that can be loaded with a script for completion, and then typed at. */
export interface Shell {
  readonly name: "bash" | "zsh" | "fish";
  /** The command that starts it, the script being loaded. */
  start(script: string, place: Place): Promise<string>;
}

const BASH_COMPLETION = "/usr/share/bash-completion/bash_completion";

function bash(before: readonly string[]): Shell {
  return {
    name: "bash",
    start: async (script, place) => {
      const lines = [...before, script].map((file) => `source ${shellQuote(file)}\n`);
      await Deno.writeTextFile(place.join("bashrc"), lines.join(""));
      return `bash --noprofile --rcfile ${shellQuote(place.join("bashrc"))} -i`;
    },
  };
}

const zsh: Shell = {
  name: "zsh",
  start: async (script, place) => {
    const lines = ["autoload -U compinit", "compinit -u -D", `source ${shellQuote(script)}`, ""];
    await Deno.writeTextFile(place.join(".zshrc"), lines.join("\n"));
    return `env ZDOTDIR=${shellQuote(place.path)} zsh -d -i`;
  },
};

const fish: Shell = {
  name: "fish",
  start: (script) =>
    Promise.resolve(`fish --no-config -i -C ${shellQuote(`source ${shellQuote(script)}`)}`),
};

/** Whether a program is on the PATH; says aloud when it is not. */
function isThere(name: string): boolean {
  const { success } = new Deno.Command("/bin/sh", {
    args: ["-c", 'command -v "$1"', "sh", name],
    stdout: "null",
  }).outputSync();
  if (!success) say(`NOT TESTED, completion at a terminal: ${name} is not installed`);
  return success;
}

function hasBashCompletion(): boolean {
  try {
    return Deno.statSync(BASH_COMPLETION).isFile;
  } catch {
    say("NOT TESTED, completion in bash with bash-completion: that package is not installed");
    return false;
  }
}

/** The shells that can be typed at here, by what tests call them. */
export const SHELLS: ReadonlyMap<string, Shell> = new Map(
  isThere("script") && Deno.build.os === "linux"
    ? [
      ["plain bash", bash([])] as const,
      ...hasBashCompletion()
        ? [["bash with bash-completion", bash([BASH_COMPLETION])] as const]
        : [],
      ...isThere("zsh") ? [["zsh", zsh] as const] : [],
      ...isThere("fish") ? [["fish", fish] as const] : [],
    ]
    : [],
);

/** A project to type in: two sessions, a spec, and an `iteratr` that tells what it is called with. */
export async function makeDesk(): Promise<Place> {
  const place = await Place.make();
  try {
    for (const name of ["my-session", "other"]) {
      const added = await iteratr(place, ["tool", "task-add", "--name", name, "--content", "x"]);
      assert.equal(added.code, 0, added.stderr);
    }
    await Deno.mkdir(place.join("specs"));
    await Deno.writeTextFile(place.join("specs", "FEATURE.md"), "# A feature\n");
    await Deno.mkdir(place.join("bin"));
    // Completion asks the program itself; what is typed then only tells its words.
    const real = command([]).map(shellQuote).join(" ");
    const script = [
      "#!/bin/sh",
      `if [ "$1" = complete ]; then exec ${real} "$@"; fi`,
      `echo "$*" >> ${shellQuote(place.join("typed"))}`,
      "",
    ];
    await Deno.writeTextFile(place.join("bin", "iteratr"), script.join("\n"), { mode: 0o755 });
    return place;
  } catch (error) {
    await place[Symbol.asyncDispose]();
    throw error;
  }
}

/**
 * Types lines into a shell in a terminal of its own; a TAB in a line completes what stands before it.
 *
 * @returns the lines as `iteratr` was called with them.
 */
export async function type(
  place: Place,
  shell: Shell,
  lines: readonly string[],
): Promise<readonly string[]> {
  const script = place.join(`completions.${shell.name}`);
  await Deno.writeTextFile(script, printed(await iteratr(place, ["completions", shell.name])));
  await Deno.writeTextFile(place.join("keys"), [...lines, "exit", ""].join("\n"));
  await Deno.writeTextFile(place.join("typed"), "");
  const start = await shell.start(script, place);
  const { code, stdout, stderr } = await run(
    ["/bin/sh", "-c", 'exec script -qec "$1" /dev/null < keys', "sh", start],
    {
      cwd: place.path,
      env: {
        ...await environment(place),
        PATH: `${place.join("bin")}:${Deno.env.get("PATH")}`,
        TERM: "dumb",
        SHELL: "/bin/sh",
      },
    },
  );
  const typed = (await Deno.readTextFile(place.join("typed"))).split("\n").slice(0, -1);
  assert.equal(typed.length, lines.length, `exit ${code}: ${stdout}${stderr}`);
  return typed.map((line) => line.trimEnd());
}
