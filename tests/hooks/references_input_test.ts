import assert from "node:assert/strict";
import { fitReferences } from "../../src/hooks/references.ts";

function mistakes(command: string): readonly string[] {
  return fitReferences(command, "on_error").mistakes;
}

/** Each has a shell, or its like, read what a model has written. */
const READ_BY_A_SHELL: readonly string[] = [
  "echo {{error}} | (trap sh EXIT)",
  "printf '%s\\n' {{error}} | ( sh )",
  "printf '%s\\n' {{error}} | { sh; }",
  "printf '%s\\n' {{error}} | (cd /tmp && sh)",
  "printf '%s\\n' {{error}} | if true; then sh; fi",
  "printf '%s\\n' {{error}} | while true; do sh; break; done",
  "printf '%s\\n' {{error}} | for x in 1; do sh; done",
  "printf '%s\\n' {{error}} | for x do sh; done",
  "printf '%s\\n' {{error}} | case x in x) sh;; esac",
  "printf '%s\\n' {{error}} | ! sh",
  "printf '%s\\n' {{error}} | time (sh)",
  "printf '%s\\n' {{error}} |\n sh",
  "printf '%s\\n' {{error}} | # hm\nsh",
  "(sh) <<X\n{{error}}\nX",
  "{ sh; } <<X\n{{error}}\nX",
  "{ cat; (sh); } <<X\n{{error}}\nX",
  "if sh; then :; fi <<X\n{{error}}\nX",
  "while sh; do :; done <<X\n{{error}}\nX",
  "{ sh; } <<< {{error}}",
  "{ sh; } < <(echo {{error}})",
  "sh < <(echo {{error}})",
  "sh < {{error}}",
  "exec <<X\n{{error}}\nX\nsh",
  "exec < <(echo {{error}}); sh",
  "sh <&3 3<<X\n{{error}}\nX",
  "sh /dev/fd/3 3<<X\n{{error}}\nX",
  "echo {{error}} > >(sh)",
  "echo {{error}} | tee >(sh)",
  "f() { sh; }; echo {{error}} | f",
  "f() { sh; }\nf <<X\n{{error}}\nX",
  "f() (sh)\necho {{error}} | { f; }",
  "f()\n{ sh; }\necho {{error}} | f",
  "function f { sh; }; echo {{error}} | f",
  "function f() { sh; }; echo {{error}} | f",
  "f() { g; }; g() { sh; }; echo {{error}} | f",
  "f() { echo {{error}}; }; f | sh",
  "echo {{error}} | ssh h sh",
  "echo {{error}} | ssh h",
  "echo {{error}} | ssh -p 22 h 'cat | bash'",
  "ssh h bash -s <<X\n{{error}}\nX",
  "docker exec -i c sh <<X\n{{error}}\nX",
  "docker run -i node:22 <<X\n{{error}}\nX",
  "kubectl exec -i p -- bash <<X\n{{error}}\nX",
  "echo {{error}} | sg g sh",
  "echo {{error}} | adb shell",
  "echo {{error}} | sudo -s",
  "echo {{error}} | su",
  "echo {{error}} | su me -c sh",
  "echo {{error}} | nice -n 3 timeout 5 sudo -u me bash",
  "echo {{error}} | env -i sh",
  "echo {{error}} | stdbuf -oL tee x | sh",
  "echo {{error}} | xargs env",
  "echo {{error}} | xargs sudo",
  "echo {{error}} | xargs -I{} {}",
  "echo {{error}} | xargs -I{} env {}",
  "echo {{error}} | xargs awk",
  "echo {{error}} | xargs -I{} eval {}",
  "echo {{error}} | xargs find",
  "echo {{error}} | parallel",
  "echo {{error}} | parallel sh -c x {}",
  "echo {{error}} | sh -c sh",
  "echo {{error}} | sh -c 'cat | sh'",
  "echo {{error}} | eval sh",
  "echo {{error}} | flock f sh",
  "echo {{error}} | $SHELL",
  "S=sh; echo {{error}} | $S",
  "echo {{error}} | $(command -v sh)",
  "echo {{error}} | find . -exec sh \\;",
  "echo {{error}} | chroot x",
  "{ echo {{error}}; (true) } | sh",
  "{ echo {{error}}; (true); } | sh",
  "if true; then (sh) fi <<X\n{{error}}\nX",
  "echo {{error}} | (if true; then { sh; } fi)",
  "cat <<X | (sh)\n{{error}}\nX",
  "cat <<X |\n{{error}}\nX\nsh",
  "echo {{error}} | m4",
  "echo {{error}} | docker compose exec -T db psql -U me",
];

Deno.test("what a shell would read on its standard input is refused, wherever the shell stands", () => {
  for (const command of READ_BY_A_SHELL) {
    const [first = ""] = mistakes(command);
    assert.match(
      first,
      /^\{\{error\}\} would be read as code by .*, which gets it on its standard/,
      command,
    );
    assert.match(first, /: use "\$ITERATR_ERROR" in a script file of your own$/, command);
  }
});

/** Each keeps the text in a variable, or as an argument, and makes code of it there. */
const KEPT: readonly string[] = [
  'f() { "$@"; }; f {{error}}',
  'f() { $*; }; f "" {{error}}',
  'f() { "$2"; }; f x {{error}}',
  'f() { shift; "$@"; }; f x {{error}}',
  "f() { $@; }; f $NOTHING {{error}}",
  'f() { eval "$@"; }; f echo {{error}}',
  'f() { sh -c "$1"; }; f {{error}}',
  "echo {{error}} | sh -c 'read x; eval \"$x\"'",
  "echo {{error}} | sh -c 'eval \"$(cat)\"'",
  "sh -c 'eval \"$1\"' sh {{error}}",
  "sh -c '$1' sh {{error}}",
  "X={{error}} sh -c 'eval \"$X\"'",
  'echo {{error}} | while read -r x; do eval "$x"; done',
  "echo {{error}} | while read -r x; do $x; done",
  "echo {{error}} | { x=$(cat); $x; }",
  'read x <<X\n{{error}}\nX\neval "$x"',
  'x={{error}}; eval "$x"',
  'x={{error}}; sh -c "$x"',
  'x={{error}}; echo "$x" | sh',
  "x={{error}}; $x",
  "for x in {{error}}; do $x; done",
  "set -- {{error}}; $1",
];

Deno.test("what is kept in a variable is refused where that is run", () => {
  for (const command of KEPT) {
    assert.match(mistakes(command)[0] ?? "", /would be (run as a command|read as code)/, command);
  }
});

const RUN_BY_GIT: readonly string[] = [
  'git bisect run sh -c "{{error}}"',
  "git bisect run {{error}}",
  "git rebase --exec {{error}} main",
  'git rebase -x "{{error}}" main',
  "git rebase -x{{error}} main",
  'git submodule foreach "echo {{error}}"',
  "git submodule foreach --recursive echo {{error}}",
  "git grep -O{{error}} x",
  "git grep -nO{{error}} x",
  "git grep --open-files-in-pager={{error}} x",
  "git grep --open={{error}} x",
  "git config alias.x {{error}}",
  "git difftool -x {{error}}",
  "git filter-branch --msg-filter {{error}}",
  "git clone -u {{error}} x",
  "git fetch --upload-pack {{error}} x",
];

Deno.test("what git would run is refused", () => {
  for (const command of RUN_BY_GIT) {
    assert.match(mistakes(command)[0] ?? "", /run as a command|code by (git|sh -c)/, command);
  }
});

Deno.test("programs that read an argument as code are known", () => {
  for (
    const command of [
      "tsx -e {{error}}",
      "tar -xf x --to-command={{error}}",
      "rsync -ae {{error}} a b",
      "split --filter {{error}} x",
      "sort --compress-program={{error}} x",
      'sg g "{{error}}"',
      'sg g -c "{{error}}"',
      'nix-shell --run "{{error}}"',
      "nu -c {{error}}",
      "adb shell {{error}}",
      "ansible all -a {{error}}",
      "just {{error}}",
      "bmake X={{error}}",
    ]
  ) assert.match(mistakes(command)[0] ?? "", /read as code by/, command);
});

Deno.test("what reads a text as a text is not refused", () => {
  for (
    const command of [
      'run() { echo "+ $*"; "$@"; }; run ./notify.sh {{error}}',
      "echo {{error}} | ./scripts/notify.sh",
      "echo {{error}} | (trap 'rm -f x' EXIT; ./notify.sh)",
      "rsync -ae ssh {{error}} host:",
      "tar -czf {{error}} x",
      "echo {{error}} | notify --stdin",
      "echo {{error}} | { cat; echo done; } | tee log",
      "echo {{error}} | sort | uniq -c | head -n 5",
      "echo {{error}} | sed 's/^/> /' >> log",
      "echo {{error}} | awk '{ print \"> \" $0 }' >> log",
      "echo {{error}} | jq -Rs '{text: .}' | curl -d @- https://example.org",
      "jq -n --arg t {{error}} '{text: $t}' | curl -sS -H 'Content-Type: application/json' -d @- https://example.org",
      "echo {{error}} | mail -s 'task done' me@example.org",
      "git commit -F - <<X\n{{error}}\nX",
      'git commit --allow-empty -m "done: {{error}}"',
      "git commit -m {{error}} && git push",
      "git tag -a x -m {{error}}",
      "git notes add -m {{error}}",
      "git log --grep {{error}}",
      "git cherry-pick -x {{error}}",
      "git config user.name {{error}}",
      "gh issue comment 5 --body-file - <<X\n{{error}}\nX",
      "gh pr comment --body {{error}}",
      "gh pr view 5 --json {{error}}",
      'echo {{error}} | while read -r line; do echo "> $line"; done',
      'echo {{error}} | while IFS= read -r line; do ./notify.sh "$line"; done',
      "echo {{error}} | ssh host 'cat >> log'",
      "echo {{error}} | ssh -p 22 host ./notify.sh",
      "echo {{error}} | docker exec -i c ./notify.sh",
      "echo {{error}} | docker exec -i c sh notify.sh",
      "echo {{error}} | kubectl exec -i p -- tee /tmp/x",
      "echo {{error}} | docker exec -i c sh -c 'cat >> log'",
      "echo {{error}} | xargs -0 ./notify.sh",
      "echo {{error}} | xargs echo",
      "echo {{error}} | xargs",
      "echo {{error}} | sudo tee -a log",
      "f() { cat >> log; }; echo {{error}} | f",
      "f() { sh notify.sh; }; f; echo {{error}} >> log",
      'f() { curl -sS -d "$1" https://example.org; }; f {{error}}',
      "{ echo {{error}}; date; } >> log; sh build.sh",
      "(cd x && ./notify.sh {{error}}); make deploy",
      "if [ -n {{error}} ]; then sh build.sh; fi",
      "echo {{error}} >> log; echo ok | sh",
      'MSG={{error}}; ./notify.sh "$MSG"',
      'MSG={{error}}; $NOTIFY "$MSG"',
      "code=$(curl -d {{error}} -w '%{http_code}' https://x); [ \"$code\" -eq 200 ]",
      'x=$(echo {{error}} | tr a b); ./notify.sh "$x"; sh build.sh',
      "ssh host ./build.sh; echo {{error}} >> log",
      "cat <<X | ./notify.sh\n{{error}}\nX",
      "cat > out.md <<X\n# done\n\n{{error}}\nX\nmake",
      "osascript notify.scpt {{error}}",
      "terminal-notifier -message {{error}}",
      "echo {{error}} | python3 notify.py",
      "echo {{error}} | python3 -c 'import sys; print(sys.stdin.read())'",
      "echo {{error}} | node notify.js",
      "echo {{error}} | pbcopy",
      "echo {{error}} | xclip -selection clipboard",
      "echo {{error}} | base64 | ./send",
      "timeout 5 ./notify.sh <<< {{error}}",
      "case {{error}} in *test*) make test;; esac",
      "case {{error}} in *test*) echo {{error}} | tee log; sh x.sh;; esac",
      "echo {{error}} | grep -q sh && sh build.sh",
      'echo {{error}} | "$(git rev-parse --show-toplevel)/notify.sh"',
      "echo {{error}} | $(command -v notify) -t x",
      "[[ ( -n {{error}} ) ]] && ./notify.sh {{error}}",
    ]
  ) assert.deepEqual(mistakes(command), [], command);
});

Deno.test("what cannot be told of a command is said", () => {
  for (
    const [command, why] of [
      ["coproc sh; echo {{error}} >&3", "who writes to a coprocess cannot be told"],
      ["f {{error}} () { :; }", "the name of a function cannot be told"],
      ["<<< {{error}} { true; sh; }", "a redirection stands in front of a group: write it behind"],
      ["<<X ( sh )\n{{error}}\nX", "a redirection stands in front of a group: write it behind"],
    ] as const
  ) {
    const expected = `how the shell would read {{error}} cannot be told: ${why}`;
    assert.deepEqual(mistakes(command), [expected], command);
  }
  assert.deepEqual(mistakes("echo {{error}} | sh -c 'echo \"'"), [
    "what becomes of {{error}} in a shell within it cannot be told: a double quote is not closed",
  ]);
});
