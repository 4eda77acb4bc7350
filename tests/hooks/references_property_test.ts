import assert from "node:assert/strict";
import fc from "fast-check";
import { fitReferences, HOOK_VARIABLES } from "../../src/hooks/references.ts";
import { HOOK_NAMES } from "../../src/session/hook.ts";
import { CONTEXTS, run, SHELLS } from "./_shells.ts";

/** What the environment of a process can hold. */
const value = fc.string({
  unit: fc.oneof(
    fc.constantFrom("'", '"', "`", "$", "$(", ")", "\\", "\n", ";", "}", "EOF\n", " ", "*", "{{"),
    fc.string({ unit: "grapheme", minLength: 1, maxLength: 3 }),
    fc.string({ unit: "binary", minLength: 1, maxLength: 1 }).filter((one) => one.isWellFormed()),
  ),
  maxLength: 12,
}).filter((text) => !text.includes("\0"));

/** Pieces of words, by how they are quoted; none changes what those around it are. */
const piece = fc.constantFrom<readonly [string, (value: string) => string]>(
  ["{{error}}", (v) => v],
  ['"{{error}}"', (v) => v],
  ["'{{error}}'", (v) => v],
  ["'it\"s '", () => 'it"s '],
  ['"it\'s {{error}}"', (v) => `it's ${v}`],
  ["\\'", () => "'"],
  ['\\"', () => '"'],
  ["\\{{error}}", () => "{{error}}"],
  ["${{error}}", (v) => `$${v}`],
  ['"${{error}}"', (v) => `$${v}`],
  ["${no:-{{error}}}", (v) => v],
  ['"${no:-{{error}}}"', (v) => v],
  ['"$(printf %s. "{{error}}")"', (v) => `${v}.`],
  ["\"`printf %s. '{{error}}'`\"", (v) => `${v}.`],
  ['"$(cat <<E\n{{error}}.\nE\nprintf .)"', (v) => `${v}.\n.`],
  ["'{{.Names}} {{ error }}'", () => "{{.Names}} {{ error }}"],
  ["a#", () => "a#"],
);

for (const shell of SHELLS) {
  Deno.test(`${shell[0]}: any value arrives byte for byte in any mix of contexts`, () => {
    fc.assert(
      fc.property(value, fc.array(piece, { minLength: 1, maxLength: 8 }), (text, pieces) => {
        const command = `# it's\nprintf %s x${pieces.map(([source]) => source).join("")} # "`;
        const { script, mistakes } = fitReferences(command, "on_error");
        const { stdout, stderr, files } = run(shell, script, text);
        const show = JSON.stringify({ command, script, text, stderr });
        assert.deepEqual(mistakes, [], show);
        assert.equal(stdout, `x${pieces.map(([, shows]) => shows(text)).join("")}`, show);
        assert.deepEqual(files, ["there"], show);
      }),
      { numRuns: 150 },
    );
  });

  Deno.test(`${shell[0]}: any value arrives byte for byte in each context`, () => {
    fc.assert(
      fc.property(value, fc.constantFrom(...CONTEXTS), (text, [command, expected]) => {
        const { script } = fitReferences(command, "on_error");
        const { stdout, stderr, files } = run(shell, script, text);
        const show = JSON.stringify({ command, script, text, stderr });
        assert.equal(stdout, expected(text), show);
        assert.deepEqual(files, ["there"], show);
      }),
      { numRuns: 150 },
    );
  });
}

const program = fc.constantFrom(
  ...["echo", "printf %d", "sh -c", "sh", "bash -ec", "sh -s", "eval", "trap --", "let", "[ 1 -eq"],
  ...[
    "unset",
    "export",
    "read",
    "typeset -i",
    "awk",
    "sed -ne",
    "python3 -c",
    "perl -e",
    ":",
    "cat",
    "declare -a",
    "declare -a x=({{error}} [2]={{error}})",
    "x=({{error}})",
  ],
  ...[
    "find . -exec",
    "find . -exec sh -c",
    ".",
    "sh -c 'echo {}'",
    "sh -c -e",
    "S=sh; $S -c",
    "S=sh; $S -e -c -u",
    "$(command -v sh) -ec",
    "git -c alias.x=!",
    "ed -s there",
    "ex -s there",
    "compgen -C",
    "exit",
  ],
);
const before = fc.constantFrom(
  "",
  "x=1 ",
  "env ",
  "exec ",
  "command ",
  "nohup ",
  "xargs -I{} ",
  "! ",
);
const wrapped = fc.constantFrom(
  (command: string) => command,
  (command: string) => `if :; then ${command}; fi`,
  (command: string) => `x=$(${command})`,
  (command: string) => `x="\`${command.replaceAll(/[`\\"]/g, "")}\`"`,
  (command: string) => `${command} <<E\nit's {{error}}\nE`,
  (command: string) => `{ echo {{error}}; } | ${command}`,
  (command: string) => `case {{error}} in *) ${command};; esac`,
);

for (const shell of SHELLS) {
  Deno.test(`${shell[0]}: no command that is accepted runs what a value says`, () => {
    const words = fc.array(fc.tuple(piece, piece), { maxLength: 2 })
      .map((pairs) => pairs.map(([[a], [b]]) => `${a}${b}`).join(" "));
    const evil = fc.constantFrom(
      "$(touch pwned)",
      "; touch pwned;",
      "a[$(touch pwned)]",
      "x=($(touch pwned))",
      "[$(touch pwned)]=1",
      "touch pwned",
    );
    fc.assert(
      fc.property(wrapped, before, program, words, evil, (wrap, pre, name, rest, text) => {
        const command = wrap(`${pre}${name} ${rest}`);
        const { script, mistakes } = fitReferences(command, "on_error");
        if (mistakes.length > 0) return;
        const { files } = run(shell, script, text);
        assert.ok(!files.includes("pwned"), JSON.stringify({ command, script, text }));
      }),
      { numRuns: 300 },
    );
  });
}

/** Commands put together of what means something to a shell. */
const scraps = fc.array(
  fc.oneof(
    fc.constantFrom(
      ...["'", '"', "`", "\\", "$", "$(", "$((", "))", ")", "(", "${", "}", "{", " ", "\n", ";"],
      ...[";;", "|", "&", "<<E\n", "<<'E'\n", "\nE\n", "<<<", ">", "#", "case x in ", "esac", "a"],
      ...[
        "if ",
        "fi",
        "do ",
        "done",
        "sh -c ",
        "eval ",
        "xargs ",
        "$'",
        "$[",
        ":-",
        "%",
        "find -exec ",
      ],
      ...["env ", "printf %d ", "[ -eq ", "{{error}}", "{{session}}", "{{", "}}", "\r\n", "\t"],
    ),
    fc.string({ unit: "binary", maxLength: 3 }),
  ),
  { maxLength: 25 },
).map((parts) => parts.join(""));

Deno.test("whatever is in a command, it is fitted or refused, and never changed besides", () => {
  fc.assert(
    fc.property(scraps, fc.constantFrom(...HOOK_NAMES), (command, hook) => {
      const { script } = fitReferences(command, hook);
      // Taken out again, what was put in leaves what was there.
      const [given, got] = [outOf(command), outOf(script)];
      assert.equal(got, given, JSON.stringify({ command, script }));
    }),
    { numRuns: 5000 },
  );
});

/** A text without its references, however they are written, and without quotes, which come with them. */
function outOf(text: string): string {
  const names = [...HOOK_VARIABLES].flatMap((
    [name, { variable }],
  ) => [`{{${name}}}`, `\${${variable}}`]);
  return names.reduce((rest, name) => rest.replaceAll(name, "@"), text).replaceAll(/['"]/g, "")
    // `$'...'` begins anew behind a reference.
    .replaceAll("@$", "@").replaceAll("$", "");
}

Deno.test("a text without the names is left byte for byte", () => {
  fc.assert(
    fc.property(scraps, fc.constantFrom(...HOOK_NAMES), (text, hook) => {
      const command = text.replaceAll(/\{\{(error|session)\}\}/g, "{{other}}");
      assert.deepEqual(fitReferences(command, hook), { script: command, mistakes: [] });
    }),
    { numRuns: 2000 },
  );
});
