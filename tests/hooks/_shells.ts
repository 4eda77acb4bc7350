import { say } from "../support/bound.ts";

/** A shell that can be `sh` somewhere: what starts it, up to the script. */
export type Shell = readonly [name: string, program: string, ...args: string[]];

/** The shells that are here; of those that are not it is said, once. */
export const SHELLS: readonly Shell[] = ([
  ["sh", "sh", "-c"],
  ["bash as sh", "bash", "--posix", "-c"],
  ["zsh as sh", "zsh", "--emulate", "sh", "-c"],
  ["busybox sh", "busybox", "sh", "-c"],
] satisfies Shell[]).filter(isHere);

function isHere([name, program, ...args]: Shell): boolean {
  try {
    return new Deno.Command(program, { args: [...args, ":"], stderr: "null" }).outputSync().success;
  } catch {
    say(`NOT TESTED, hooks run by ${name}: there is no ${program}`);
    return false;
  }
}

/** What a script did. */
export interface Ran {
  readonly stdout: string;
  readonly stderr: string;
  readonly files: readonly string[];
}

/** Runs a script in a directory of its own, in which a value is that of every variable. */
export function run(shell: Shell, script: string, value: string): Ran {
  const [, program, ...args] = shell;
  const cwd = Deno.makeTempDirSync({ prefix: "iteratr-test-" });
  try {
    Deno.writeTextFileSync(`${cwd}/there`, "");
    const { stdout, stderr } = new Deno.Command(program, {
      args: [...args, script],
      cwd,
      clearEnv: true,
      env: {
        PATH: Deno.env.get("PATH") ?? "",
        LC_ALL: "C.UTF-8",
        HOME: cwd,
        ITERATR_SESSION: value,
        ITERATR_ITERATION: value,
        ITERATR_TASK_ID: value,
        ITERATR_TASK_CONTENT: value,
        ITERATR_ERROR: value,
      },
    }).outputSync();
    const decoder = new TextDecoder();
    const files = [...Deno.readDirSync(cwd)].map(({ name }) => name).toSorted();
    return { stdout: decoder.decode(stdout), stderr: decoder.decode(stderr), files };
  } finally {
    Deno.removeSync(cwd, { recursive: true });
  }
}

/** Commands that print a reference, and what they print of a value; for every context there is. */
export const CONTEXTS: readonly (readonly [string, (value: string) => string])[] = [
  ["printf %s {{error}}", (v) => v],
  ["printf %s a{{error}}b", (v) => `a${v}b`],
  ["printf %s {{error}}{{error}}", (v) => v + v],
  ['printf %s "{{error}}"', (v) => v],
  ['printf %s "a {{error}} b"', (v) => `a ${v} b`],
  ["printf %s '{{error}}'", (v) => v],
  ["printf %s 'a \" {{error}} b'", (v) => `a " ${v} b`],
  ["printf %s 'it'\\''s {{error}}'", (v) => `it's ${v}`],
  ["printf %s {{{error}}}", (v) => `{${v}}`],
  ['printf %s "\\\\{{error}}"', (v) => `\\${v}`],
  ["printf %s \\\\{{error}}", (v) => `\\${v}`],
  ['printf %s "\\"{{error}}\\""', (v) => `"${v}"`],
  ['printf %s "\\`{{error}}"', (v) => `\`${v}`],
  ["printf %s ${{error}}", (v) => `$${v}`],
  ["printf %s \\${{error}}", (v) => `$${v}`],
  ["printf %s '${{error}}'", (v) => `$${v}`],
  ['printf %s "${{error}}"', (v) => `$${v}`],
  ['printf %s "a ${{error}} b"', (v) => `a $${v} b`],
  ['printf %s "\\${{error}}"', (v) => `$${v}`],
  ["printf %s \"$(printf '%s.' {{error}})\"", (v) => `${v}.`],
  ['printf %s "$(printf \'%s.\' "{{error}}")"', (v) => `${v}.`],
  ["printf %s \"$(printf '%s.' '{{error}}')\"", (v) => `${v}.`],
  ["printf %s \"$(printf '%s.' \"$(printf '%s.' {{error}})\")\"", (v) => `${v}..`],
  ["printf %s \"`printf '%s.' {{error}}`\"", (v) => `${v}.`],
  ['printf %s "`printf \'%s.\' \\"{{error}}\\"`"', (v) => `${v}.`],
  ["printf %s \"`printf '%s.' '{{error}}'`\"", (v) => `${v}.`],
  ["x=`printf '%s.' {{error}}`; printf %s \"$x\"", (v) => `${v}.`],
  ['x=`printf \'%s.\' "{{error}}"`; printf %s "$x"', (v) => `${v}.`],
  ['x=`printf \'%s.\' "\\${{error}}"`; printf %s "$x"', (v) => `$${v}.`],
  ["x=`echo \\`printf '%s' a\\``; printf '%s' \"$x\"{{error}}", (v) => `a${v}`],
  ["x=$(printf '%s.' {{error}}); printf %s \"$x\"", (v) => `${v}.`],
  ["x=$(case a in a) printf '%s.' {{error}};; esac); printf %s \"$x\"", (v) => `${v}.`],
  ["x=$(case a in (b) : ;; a) printf '%s.' '{{error}}' ;; esac); printf %s \"$x\"", (v) => `${v}.`],
  ['x={{error}}; printf %s "$x"', (v) => v],
  ["x='{{error}}' y=1; printf %s \"$x\"", (v) => v],
  ["printf %s ${nothing:-{{error}}}", (v) => v],
  ["printf %s ${nothing-'a {{error}}'}", (v) => `a ${v}`],
  ['printf %s "${nothing:-{{error}}}"', (v) => v],
  ['printf %s "${nothing:-it\'s {{error}}}"', (v) => `it's ${v}`],
  ['x={{error}}z; printf %s "${x#{{error}}}"', () => "z"],
  ["x=z{{error}}; printf %s \"${x%%'{{error}}'}\"", () => "z"],
  ['x={{error}}z; printf %s "${x#"{{error}}"}"', () => "z"],
  ['x={{error}}z; y=${x#{{error}}}; printf %s "$y"', () => "z"],
  ["cat <<EOF\n{{error}}\nEOF", (v) => `${v}\n`],
  ['cat <<EOF\nit\'s "{{error}}" `printf %s. {{error}}`\nEOF', (v) => `it's "${v}" ${v}.\n`],
  ['cat <<EOF\n$(printf %s. "{{error}}")\nEOF', (v) => `${v}.\n`],
  ["cat <<-EOF\n\ta {{error}}\n\tEOF\nprintf %s {{error}}", (v) => `a ${v}\n${v}`],
  ["cat <<A; cat <<'B'\n{{error}}\nA\nit's\nB\nprintf %s '{{error}}'", (v) => `${v}\nit's\n${v}`],
  ["(cat <<EOF)\nit's\nEOF\nprintf %s {{error}}", (v) => `it's\n${v}`],
  ["cat <<EOF | (\nit's\nEOF\ncat; printf %s {{error}})", (v) => `it's\n${v}`],
  ["if true; then printf %s {{error}}; fi", (v) => v],
  ['for x in {{error}}; do printf %s "$x"; done', (v) => v],
  ["case {{error}} in '{{error}}') printf %s y{{error}};; esac", (v) => `y${v}`],
  ['f() { printf %s "$1"; }\nf {{error}}', (v) => v],
  ["{ printf %s {{error}}; } | cat", (v) => v],
  ["printf %s {{error}} # it's {{error}}\n", (v) => v],
  ["# it's\nprintf %s '{{error}}'", (v) => v],
  ["printf %s a#'{{error}}'", (v) => `a#${v}`],
  ["printf %s \\\n  {{error}}", (v) => v],
  ["printf %s $$>/dev/null; printf %s {{error}}", (v) => v],
  ["sh -c 'printf %s \"$1\"' sh {{error}}", (v) => v],
  ["sh -c 'printf %s \"$ITERATR_ERROR\"'; : {{error}}", (v) => v],
  ["exec printf %s {{error}}", (v) => v],
  ["env A={{error}} printf %s '{{error}}'", (v) => v],
  ["printf '%s|%d|%s' {{error}} 5 {{error}}", (v) => `${v}|5|${v}`],
  ["[ x{{error}} = 'x{{error}}' ] && printf %s {{error}}", (v) => v],
  [
    "printf %s '{{ error }} {{.Names}} {{other}}'{{error}}",
    (v) => `{{ error }} {{.Names}} {{other}}${v}`,
  ],
];
