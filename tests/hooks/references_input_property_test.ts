import assert from "node:assert/strict";
import fc from "fast-check";
import { fitReferences } from "../../src/hooks/references.ts";
import { run, SHELLS } from "./_shells.ts";

/** More by hand: `ITERATR_TEST_RUNS=20000`. */
const RUNS = Number(Deno.env.get("ITERATR_TEST_RUNS") ?? 70);

const SIMPLE = [
  ...["echo {{error}}", "printf '%s\\n' {{error}}", "cat", "tee x", "sh", "sh -s", "true", "false"],
  ...[
    "env sh",
    "nice sh",
    "exec sh",
    "sh -c sh",
    "sh -c 'cat | sh'",
    "sh /dev/stdin",
    ". /dev/stdin",
  ],
  ...["read x", "read -r x y", "x={{error}}", 'eval "$x"', "$x", 'echo "$x"', "set -- {{error}}"],
  ...['eval "$1"', "$1", "$(cat)", "x=$(cat)", 'sh -c "$x"', "sh -c '$1' sh {{error}}", "xargs"],
  ...["xargs nice", "xargs sh -c", "xargs -I{} sh -c '{}'", "S=sh", "$S", "cat <&3", "sh <&3"],
  ...["x={{error}} sh -c '$x'", "exec 3<&0", "sh ./there", "git grep -O{{error}} x"],
  ...["PS4={{error}} bash -xc true", "bash -euo pipefail -c {{error}}", "sh -oc nounset {{error}}"],
  ...["git -c alias.y={{error}} y", "$@", '"$@"', "shift"],
];

type Grow = Record<"script" | "body", string>;

/**
 * Commands by a small grammar. A line ends behind each part, so that here-documents may stand in all;
 * what is in the body of a function calls none, or it would never end.
 */
const { script } = fc.letrec<Grow>((tie) => {
  const compounds = (part: fc.Arbitrary<string>): fc.Arbitrary<string> => {
    const two = (put: (a: string, b: string) => string): fc.Arbitrary<string> =>
      fc.tuple(part, part).map(([a, b]) => put(a, b));
    return fc.oneof(
      two((a, b) => `{ ${a}\n} | {\n${b}\n}`),
      two((a, b) => `(${a}\n) |\n(${b}\n)`),
      two((a, b) => `echo {{error}} | if ${a}\nthen ${b}\nelse ${b}\nfi`),
      two((a, b) => `while ${a}\ndo ${b}\nbreak; done`),
      two((a, b) => `{ ${a}\n}; ${b}`),
      two((a, b) => `{ ${a}\n} && ! (${b}\n)`),
      part.map((a) => `for x in {{error}}; do ${a}\ndone`),
      part.map((a) => `for y do ${a}\ndone`),
      part.map((a) => `case {{error}} in (no) ;; *) ${a}\nesac`),
      part.map((a) => `{ ${a}\n} <<E\n{{error}}\nE\n`),
      part.map((a) => `(${a}\n) 3<<E\n{{error}}\nE\n`),
      part.map((a) =>
        `cat <<E | (${"{{error}}"}\nE\n${a}\n)`.replace("({{error}}", "(\n{{error}}")
      ),
      part.map((a) => `x=$(${a}\n)`),
      part.map((a) => `eval "$(${a}\n)"`),
      part.map((a) => `echo {{error}} | {\n${a}\n}`),
      part.map((a) => `exec <<E\n{{error}}\nE\n${a}`),
    );
  };
  return {
    body: fc.oneof(
      { maxDepth: 2 },
      { arbitrary: fc.constantFrom(...SIMPLE), weight: 2 },
      compounds(tie("body")),
    ),
    script: fc.oneof(
      { maxDepth: 4 },
      { arbitrary: fc.constantFrom(...SIMPLE), weight: 2 },
      { arbitrary: compounds(tie("script")), weight: 3 },
      fc.tuple(tie("body"), tie("script")).map(([a, b]) => `f() { ${a}\n}\n${b}`),
      fc.tuple(tie("body"), tie("script")).map(([a, b]) => `f() (${a}\n)\n${b}\nf {{error}}`),
      fc.constantFrom(
        "echo {{error}} | f",
        "f <<E\n{{error}}\nE\n",
        "f | sh",
        "f {{error}}",
        "f x {{error}}",
        "f $no {{error}}",
      ),
    ),
  };
});

const hostile = fc.constantFrom("touch pwned", "; touch pwned", "$(touch pwned)", "x\ntouch pwned");

for (const shell of SHELLS) {
  Deno.test(`${shell[0]}: whatever reads a value in a group, a loop or a function, none runs it`, () => {
    const accepted = script.filter((command) =>
      fitReferences(command, "on_error").mistakes.length === 0
    );
    fc.assert(
      fc.property(accepted, hostile, (command, text) => {
        const { script } = fitReferences(command, "on_error");
        const { files, stderr } = run(shell, script, text);
        assert.ok(!files.includes("pwned"), JSON.stringify({ command, script, text, stderr }));
      }),
      { numRuns: RUNS },
    );
  });
}
