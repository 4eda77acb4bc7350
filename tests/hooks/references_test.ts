import assert from "node:assert/strict";
import { fitReferences } from "../../src/hooks/references.ts";
import { HOOK_NAMES, type HookName } from "../../src/session/hook.ts";
import { CONTEXTS, run, SHELLS } from "./_shells.ts";

/** What must not happen, and what must not be lost. */
const HOSTILE: readonly string[] = [
  "$(touch pwned)'\"; rm -rf .",
  "`touch pwned`",
  "'; touch pwned; '",
  '"; touch pwned; "',
  "a[$(touch pwned)]",
  "two\nlines\n\nEOF\ntouch pwned\n",
  "* ? [a-z]* ~ {a,b}",
  "--help",
  "-n",
  "",
  "  blanks\t",
  "\\ \\n $HOME ${PATH} $$ !! %s %n #",
  "Grüße 日本 🎉 e\u0301",
];

/** The script of a command that has no mistake. */
function script(command: string, hook: HookName = "on_error"): string {
  const { script, mistakes } = fitReferences(command, hook);
  assert.deepEqual(mistakes, [], command);
  return script;
}

function mistakes(command: string, hook: HookName = "on_error"): readonly string[] {
  return fitReferences(command, hook).mistakes;
}

for (const shell of SHELLS) {
  Deno.test(`${shell[0]}: hostile values arrive as they are in every context, and run nothing`, () => {
    for (const [command, expected] of CONTEXTS) {
      const fitted = script(command);
      // All values but one in one go would hide which it was; a shell for each is quick enough.
      for (const value of HOSTILE) {
        const { stdout, stderr, files } = run(shell, fitted, value);
        const show = JSON.stringify({ command, fitted, value, stderr });
        assert.equal(stdout, expected(value), show);
        assert.deepEqual(files, ["there"], show);
      }
    }
  });

  Deno.test(`${shell[0]}: an iteration can be counted with`, () => {
    const { stdout } = run(
      shell,
      script('echo $(({{iteration}} + 1)) "$(( {{iteration}}*2 ))"'),
      "7",
    );
    assert.equal(stdout, "8 14\n");
  });
}

for (const shell of SHELLS.filter((one) => run(one, "a=(b)", "").stderr === "")) {
  Deno.test(`${shell[0]}: hostile values arrive as they are in an array, and run nothing`, () => {
    const command = "x=(a # it's\n{{error}}\n'{{error}}'\t\"b {{error}}\"); x+=({{error}})\n" +
      'declare -a y=({{error}} b); printf \'%s|\' "${x[@]}" "${y[@]}"';
    for (const value of [...HOSTILE, "[$(touch pwned)]=1", "($(touch pwned))", ") touch pwned ("]) {
      const { stdout, stderr, files } = run(shell, script(command), value);
      const expected = ["a", value, value, `b ${value}`, value, value, "b", ""].join("|");
      assert.equal(stdout, expected, JSON.stringify({ value, stderr }));
      assert.deepEqual(files, ["there"], value);
    }
  });
}

Deno.test("a reference is fitted to the quotes around it", () => {
  const as = (command: string): string => script(command).replaceAll("ITERATR_ERROR", "E");
  assert.equal(as("echo {{error}}"), 'echo "${E}"');
  assert.equal(as('echo "a {{error}}"'), 'echo "a ${E}"');
  assert.equal(as("echo 'a {{error}}'"), "echo 'a '\"${E}\"''");
  assert.equal(as('echo "${{error}}"'), 'echo "$""${E}"""');
  assert.equal(as("cat <<EOF\n{{error}}\nEOF"), "cat <<EOF\n${E}\nEOF");
  assert.equal(as("echo $'a\\n{{error}}'"), "echo $'a\\n'\"${E}\"$''");
});

Deno.test("what is no reference is left as it is", () => {
  for (
    const command of [
      "docker ps --format '{{.Names}}'",
      "echo {{ session }} {{Session}} {{sessions}} {{}} {{{{ {session} {{constructor}}",
      "echo \\{{session}}",
      'echo "\\{{session}}"',
      "cat <<EOF\n\\{{session}}\nEOF",
      "true # it's {{session}}",
      "echo 'not closed",
    ]
  ) assert.equal(script(command), command);
});

Deno.test("each name has a value in its hooks, and is a mistake in the others", () => {
  const valid: Readonly<Record<string, readonly HookName[]>> = {
    session: HOOK_NAMES,
    iteration: ["pre_iteration", "post_iteration", "on_error"],
    "task_id": ["on_task_complete"],
    "task_content": ["on_task_complete"],
    error: ["on_error"],
  };
  for (const [name, hooks] of Object.entries(valid)) {
    for (const hook of HOOK_NAMES) {
      const expected = hooks.includes(hook)
        ? []
        : [`{{${name}}} has no value in ${hook}, only in ${hooks.join(", ")}`];
      assert.deepEqual(mistakes(`echo {{${name}}} "{{${name}}}"`, hook), expected);
    }
  }
});

/** Commands which would make code of what a model has written. */
const REFUSED: readonly (readonly [command: string, says: RegExp])[] = [
  [
    'sh -c "echo {{error}}"',
    /read as code by sh -c: pass it behind, as in {2}sh -c '\.\.\. "\$1"' sh/,
  ],
  ["bash -lc 'echo {{error}}'", /read as code by bash -c/],
  ["/bin/sh -e -c 'echo {{error}}'", /code by sh -c/],
  ["sh -c {{error}}", /code by sh -c/],
  ['sh -c "$(echo {{error}})"', /code by sh -c/],
  ['sh -c "`echo {{error}}`"', /code by sh -c/],
  ["s\\h -c 'echo {{error}}'", /code by sh -c/],
  ["X=1 bash -o pipefail -c 'echo {{error}}'", /code by bash -c/],
  ["eval echo {{error}}", /code by eval/],
  ["if true; then eval echo {{error}}; fi", /code by eval/],
  ["for i in 1; do eval {{error}}; done", /code by eval/],
  ["case x in x) eval {{error}};; esac", /code by eval/],
  ["(cd x && eval {{error}})", /code by eval/],
  ["f() { eval {{error}}; }", /code by eval/],
  ["! eval {{error}}", /code by eval/],
  ['echo "$(eval {{error}})"', /code by eval/],
  ["python3 -c 'print(\"{{error}}\")'", /code by python3 -c: let the code read ITERATR_ERROR/],
  ["python3 -Ic 'print(\"{{error}}\")'", /code by python3 -c/],
  ['ssh host "notify {{error}}"', /code by ssh/],
  ["perl -e 'print q({{error}})'", /code by perl -e/],
  ["perl -lne 'print q({{error}})' f", /code by perl -e/],
  ["node -e 'f(`{{error}}`)'", /code by node -e/],
  ["node --eval='f(`{{error}}`)'", /code by node --eval/],
  ["node -p '`{{error}}`'", /code by node -p/],
  ["node -pe '`{{error}}`'", /code by node/],
  ["ruby -e 'p %q({{error}})'", /code by ruby -e/],
  ["php -r 'echo \"{{error}}\";'", /code by php -r/],
  ["awk 'BEGIN { print \"{{error}}\" }'", /code by awk/],
  ["awk -v x=1 'BEGIN { print \"{{error}}\" }'", /code by awk/],
  ["sed 's/x/{{error}}/' f", /code by sed/],
  ["sed -i -e 's/x/{{error}}/' f", /code by sed -e/],
  ["su me -c 'echo {{error}}'", /code by su -c/],
  ["ls | xargs sh -c 'echo {{error}}'", /code by sh -c/],
  ["ls | xargs -I X -n 1 sh -c 'echo {{error}}'", /code by sh -c/],
  ["env X=1 sh -c 'echo {{error}}'", /code by sh -c/],
  ["env -S 'sh -c {{error}}'", /code by env -S/],
  ["sudo -u me bash -c 'echo {{error}}'", /code by bash -c/],
  ["timeout -k 5 10 sh -c 'echo {{error}}'", /code by sh -c/],
  ["find . -exec sh -c 'echo {{error}}' ';'", /code by sh -c/],
  ["docker exec box sh -c 'echo {{error}}'", /code by sh -c/],
  ["psql -d db -c \"insert into t values ('{{error}}')\"", /code by psql -c/],
  ["psql --command=\"select '{{error}}'\"", /code by psql --command/],
  ["trap 'echo {{error}}' EXIT", /code by trap/],
  ["make MSG={{error}}", /code by make/],
  ["tmux display-message {{error}}", /code by tmux/],
  ['watch "echo {{error}}"', /code by watch/],
  ["deno eval 'console.log(`{{error}}`)'", /code by deno eval/],
  ["{{error}}", /would be run as a command/],
  ["exec {{error}}", /would be run as a command/],
  ["command -- {{error}}", /would be run as a command/],
  ["nohup nice -n 5 {{error}} &", /would be run as a command/],
  ['true && X=1 "{{error}}" now', /would be run as a command/],
  ["$(echo {{error}})", /would be run as a command/],
  ["./notify-{{error}}", /would be run as a command/],
  ["find . -exec {{error}} \\;", /would be run as a command/],
  [". {{error}}", /would be run as a command/],
  ["sh {{error}}", /would be run as a command/],
  ["a[{{error}}]=1", /would be run as a command/],
  ["echo $(( {{error}} ))", /read as arithmetic/],
  ['echo "$(( 1 + ({{error}}) ))"', /read as arithmetic/],
  ["(( x = {{error}} ))", /read as arithmetic/],
  ["let x={{error}}", /read as arithmetic/],
  ["[ {{error}} -gt 5 ]", /read as arithmetic/],
  ["printf %d {{error}}", /read as arithmetic/],
  ["declare -i x={{error}}", /read as arithmetic/],
  ["declare -ia x=({{error}})", /read as arithmetic/],
  ["x=(a [{{error}}]=b)", /read as arithmetic/],
  ["x=(a $(eval {{error}}))", /code by eval/],
  ["x=(a) {{error}}", /would be run as a command/],
  ["echo x=({{error}})", /would be run as a command/],
  ["declare -a x={{error}}", /code by declare -a/],
  ['readonly -a "x=({{error}})"', /code by readonly -a/],
  ["sqlite3 -cmd '.timeout 9' db 'select {{error}}'", /code by sqlite3/],
  ["echo {{error}} | sqlite3 db", /code by sqlite3, which gets it/],
  ["compgen -C {{error}}", /code by compgen/],
  ["unset {{error}}", /name of a variable/],
  ["export {{error}}=1", /name of a variable/],
  ["sh <<EOF\necho {{error}}\nEOF", /code by sh, which gets it on its standard input/],
  ["python3 - <<EOF\nprint('{{error}}')\nEOF", /code by python3, which gets it/],
  ["bash <<< {{error}}", /code by bash, which gets it/],
  ["echo {{error}} | sh", /code by sh, which gets it/],
  ["cat <<EOF | tee x | sudo bash -s\n{{error}}\nEOF", /code by bash, which gets it/],
  ["{ echo a; echo {{error}}; } | sh", /code by sh, which gets it/],
  ["for x in a; do echo {{error}}; done | sh", /code by sh, which gets it/],
  ["(echo {{error}}) | sh", /code by sh, which gets it/],
  ["echo {{error}} | xargs -I{} sh -c 'echo {}'", /code by xargs sh -c, which gets it/],
  ["echo {{error}} | xargs sh -c", /code by sh -c, which gets it/],
  ['npx -c "{{error}}"', /code by npx -c/],
  ['npx -y --package=x --call "echo {{error}}"', /code by npx --call/],
  ["npx --call='echo {{error}}'", /code by npx --call/],
  ["npx {{error}}", /would be run as a command/],
  ['npm exec -c "echo {{error}}"', /code by npm -c/],
  ["echo {{error}} | xargs npx -c", /code by npx -c, which gets it/],
  ['vim -c "{{error}}"', /code by vim -c/],
  ['vi -es f -c "s/x/{{error}}/" -c wq', /code by vi -c/],
  ['nvim --headless -es --cmd "{{error}}" +q', /code by nvim --cmd/],
  ['sudo vim.tiny "+s/x/{{error}}/" +wq f', /code by vim.tiny \+/],
  ['ex -sc "a|{{error}}" -cx f', /code by ex -c/],
  ["ex -s -c 'set nu' f <<EOF\na\n{{error}}\n.\nEOF", /code by ex, which gets it/],
  ["ed f <<EOF\na\n{{error}}\n.\nwq\nEOF", /code by ed, which gets it/],
  ['emacs --batch --eval "(message \\"{{error}}\\")"', /code by emacs --eval/],
  ["emacs -batch -eval '(message \"{{error}}\")'", /code by emacs -eval/],
  ["emacsclient --eval='(f \"{{error}}\")'", /code by emacsclient --eval/],
  ['git -c core.pager="{{error}}" log', /code by git -c/],
  ["git -C x --git-dir y -c 'alias.x=!echo {{error}}' x", /code by git -c/],
  ["find . -exec git -c core.pager={{error}} log ';'", /code by git -c/],
  ["git {{error}}", /would be run as a command/],
  ["crontab - <<EOF\n* * * * * echo {{error}}\nEOF", /code by crontab, which gets it/],
  ["(crontab -l; echo {{error}}) | sudo crontab -u me -", /code by crontab, which gets it/],
  [". /dev/stdin <<X\necho {{error}}\nX", /code by \., which gets it/],
  ["make -f - <<X\na:\n\techo {{error}}\nX", /code by make, which gets it/],
  ["crontab {{error}}", /would be run as a command/],
  ["at now <<EOF\necho {{error}}\nEOF", /code by at, which gets it/],
  ["at now + 1 minute <<EOF\necho {{error}}\nEOF", /code by at, which gets it/],
  ["echo {{error}} | at -q b now", /code by at, which gets it/],
  ["batch <<EOF\necho {{error}}\nEOF", /code by batch, which gets it/],
  ['S=sh; $S -c "echo {{error}}"', /code by a program that only the shell can tell, by -c/],
  ["sudo /bin/${S} -euc 'echo {{error}}'", /only the shell can tell, by -euc/],
  ['"$SHELL" -o pipefail -c -e -o nounset "echo {{error}}"', /only the shell can tell, by -c/],
  ["$(command -v perl) -lne 'print q({{error}})'", /only the shell can tell, by -lne/],
  ["`command -v perl` -e 'a' -e'print q({{error}})'", /only the shell can tell, by -e:/],
  ['$PYTHON -c "-{{error}}"', /only the shell can tell, by -c/],
  ["$NODE --eval='f(`{{error}}`)'", /only the shell can tell, by --eval:/],
  ["$SUDO $S -c {{error}}", /only the shell can tell, by -c/],
  ["echo {{error}} | xargs $S -c", /only the shell can tell, by -c, which gets it/],
  ["cat <<'EOF'\n{{error}}\nEOF", /left as it is.*here-document.*without quotes/],
  ["cat <<\\EOF\n{{error}}\nEOF", /left as it is/],
];

Deno.test("a text that a model has written is refused where it would be code", () => {
  for (const [command, says] of REFUSED) {
    for (const name of ["error", "task_content"]) {
      const hook = name === "error" ? "on_error" : "on_task_complete";
      const [first = "", ...more] = mistakes(command.replaceAll("error", name), hook);
      const text = says.source.replaceAll("ERROR", name === "error" ? "ERROR" : "TASK_CONTENT");
      assert.match(first, new RegExp(text), command);
      assert.ok(first.startsWith(`{{${name}}} `), first);
      assert.ok(more.length <= 1, `${command}: ${more.join("; ")}`);
    }
  }
});

Deno.test("what iteratr itself has made up may be part of code", () => {
  for (const [command] of REFUSED) {
    if (/<<['\\]/.test(command)) continue;
    assert.deepEqual(mistakes(command.replaceAll("error", "session")), [], command);
  }
});

Deno.test("a text that is passed on as a text is not refused", () => {
  for (
    const command of [
      "sh -c 'notify \"$1\"' sh {{error}}",
      "bash -lc 'notify \"$1\"' bash {{error}}",
      "sudo -u me sh -c 'notify \"$1\"' sh {{error}}",
      "python3 -c 'import sys; print(sys.argv[1])' {{error}}",
      "python3 notify.py {{error}}",
      "node -e 'f(process.argv[1])' {{error}}",
      "node notify.js -e {{error}}",
      "awk -v e={{error}} 'BEGIN { print e }'",
      "sed -n 's/a/b/p' {{error}}",
      "git commit -m {{error}}",
      'git commit --allow-empty -m "sh -c {{error}}"',
      "echo sh -c {{error}}",
      "echo {{error}} | tee -a log",
      "echo {{error}} | sh notify.sh",
      "echo {{error}} | sh -c 'cat >&2'",
      "echo {{error}} | ssh host 'cat >> log'",
      "echo {{error}} > log; sh < script",
      "echo {{error}} >&2 && curl x | sh",
      "curl --data-urlencode text={{error}} https://example.org",
      "notify-send iteratr {{error}}",
      "sh 2>/dev/null ./notify.sh {{error}}",
      'while read x; do echo "$x"; done <<EOF\n{{error}}\nEOF',
      "export MSG={{error}}",
      "[ -n {{error}} ] && echo yes",
      'test "{{error}}" = x',
      "find . -name {{error}}",
      "echo {{error}} | xargs -n 1 sh -c 'notify \"$1\"' sh",
      "timeout 5 notify {{error}}",
      "$NOTIFY {{error}}",
      "$NOTIFY -t title --message={{error}} -message {{error}} -cookie={{error}}",
      "$NOTIFY -- {{error}} -c {{error}}",
      '"$DIR/notify" -c {{error}}',
      "$S -c 'notify \"$1\"' sh {{error}}",
      "$PYTHON notify.py -e {{error}}",
      "echo {{error}} | $NOTIFY -t title",
      "npx notify {{error}}",
      "npx -c 'notify \"$ITERATR_ERROR\"' && npm run notify -- -c {{error}}",
      "vim -es -c 'wq' {{error}}",
      "git -c user.name=me commit -m {{error}}",
      "git log -c --grep {{error}}",
      "git -C {{error}} status",
      "echo {{error}} > log; crontab -l",
    ]
  ) script(command);
});

Deno.test("where shells differ, a reference is refused, and told why", () => {
  for (
    const [command, why] of [
      ["echo 'it's {{error}}'", "a single quote is not closed"],
      ['echo "{{error}}', "a double quote is not closed"],
      ["echo $(echo {{error}}", "a parenthesis is not closed"],
      ["echo `echo {{error}}", "a backquote is not closed"],
      ["echo ${x:-{{error}}", "${ is not closed"],
      ["echo ${x:{{error}}}", "it stands within ${...}"],
      ["echo ${{{error}}}", "it stands within ${...}"],
      ["echo {{error}})", "a parenthesis is closed that is not open"],
      ["x=(a; {{error}})", "there is more than words in an array"],
      ["x=(<(cat <<E) {{error}})", "a here-document is read within an array"],
      ["echo $'it\\'s {{error}}'", "not every shell knows $'\\''"],
      ["echo $[ {{error}} ]", "not every shell reads $[ as arithmetic: write $(("],
      [`echo {{error}} ${"$(".repeat(5000)}`, "it is nested too deeply"],
      [`echo {{error}} ${"`".repeat(2)}${"${a:-".repeat(5000)}`, "it is nested too deeply"],
      [`echo {{error}} ${"$((".repeat(5000)}`, "it is nested too deeply"],
      [`echo {{error}} ${"(".repeat(5000)}`, "it is nested too deeply"],
    ] as const
  ) {
    const expected = `how the shell would read {{error}} cannot be told: ${why}`;
    assert.deepEqual(mistakes(command), [expected], command.slice(0, 80));
  }
});
