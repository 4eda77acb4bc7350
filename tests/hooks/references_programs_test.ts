import assert from "node:assert/strict";
import { fitReferences } from "../../src/hooks/references.ts";

function mistakes(command: string): readonly string[] {
  return fitReferences(command, "on_error").mistakes;
}

Deno.test("a program that is told to read its code from its standard input is known", () => {
  for (
    const command of [
      "sed -f - f",
      "sed -nf- f",
      "sed --file=- f",
      "sed --fil - f",
      "sed -f /dev/stdin f",
      "sed f -f -",
      "awk -f -",
      "awk -F: -f- x",
      "awk -v x=1 --file /dev/stdin x",
      "gawk -E -",
      "psql -f /dev/stdin",
      "deno",
      "deno -A -",
      "deno run -A -",
      "deno run --config x.json -",
      "deno -L debug run -",
      "deno run /dev/stdin",
      "deno repl",
      "docker run -i denoland/deno run -",
      "bun run -",
      "gdb",
      "gdb -batch prog",
      "gdb -x - prog",
      "make -f -",
      "make -sf- all",
      "make --makefile=/dev/stdin",
      "python manage.py shell",
      "./manage.py shell",
      "rails runner -",
      "bundle exec rails console",
      "gh alias import -",
      "bash -es x",
      "xargs sed -n",
      "xargs awk -F:",
      "xargs npx -y",
      "xargs mix eval",
    ]
  ) {
    const [first = ""] = mistakes(`echo {{error}} | ${command}`);
    assert.match(
      first,
      /would be read as code by .*, which gets it on its standard input/,
      command,
    );
  }
});

Deno.test("a file of code that holds the text is refused", () => {
  for (
    const command of [
      "bash --rcfile <(echo {{error}}) -i",
      "bash --init-file <(echo {{error}}) -i",
      "sed -f <(echo {{error}}) f",
      "awk -f {{error}}",
      "awk --file={{error}}",
      "psql -f <(echo {{error}})",
      "node -r {{error}} notify.js",
      "emacs --script {{error}}",
      "gdb -x {{error}} prog",
    ]
  ) assert.match(mistakes(command)[0] ?? "", /would be run as a command/, command);
});

Deno.test("a variable whose value others read as code is refused, wherever it is set", () => {
  for (
    const command of [
      "BASH_ENV={{error}} bash -c true",
      "ENV={{error}} sh -i",
      'PS4="{{error}}" bash -xc true',
      'PS4="{{error}}"; set -x; true',
      "PROMPT_COMMAND={{error}} bash -i",
      'GIT_SSH_COMMAND="{{error}}" git fetch',
      "GIT_SSH={{error}} git fetch",
      "GIT_EDITOR={{error}} git commit",
      "GIT_PAGER={{error}} git log",
      "EDITOR={{error}} crontab -e",
      "VISUAL={{error}} crontab -e",
      "X=1 PAGER={{error}} man x",
      "LD_PRELOAD={{error}} ls",
      "LD_LIBRARY_PATH={{error}} ls",
      "PATH={{error}}:$PATH ls",
      "PATH+=:{{error}} ls",
      "x={{error}}; PATH=$x; ls",
      "IFS={{error}}; echo $x",
      "NODE_OPTIONS={{error}} node x.js",
      "PYTHONSTARTUP={{error}} python3 -i",
      "PERL5OPT={{error}} perl x.pl",
      "RUBYOPT={{error}} ruby x.rb",
      "export PS4={{error}}",
      "export X=1 EDITOR={{error}}",
      "env BASH_ENV={{error}} bash -c true",
      "sudo env -i X=1 PAGER={{error}} man x",
      "sudo PAGER={{error}} man x",
      "GIT_CONFIG_COUNT=1 GIT_CONFIG_VALUE_0={{error}} git log",
    ]
  ) assert.match(mistakes(command)[0] ?? "", /read as code by what finds it as [A-Z]/, command);
});

Deno.test("programs that run an argument of theirs as a command are known", () => {
  for (
    const command of [
      'hyperfine -w 3 "echo {{error}}"',
      'watchexec -e ts "echo {{error}}"',
      'concurrently "echo {{error}}" "true"',
      'npx concurrently "npm test" "echo {{error}}"',
      'nodemon --exec "echo {{error}}"',
      'nodemon -x "echo {{error}}" x.js',
      'ls | entr -s "echo {{error}}"',
      'ls | entr -cs "echo {{error}}"',
      'rails runner "p %q({{error}})"',
      'bin/rails r -e test "p %q({{error}})"',
      'bundle exec rails runner "p %q({{error}})"',
      'mix run -e "IO.puts ~s({{error}})"',
      'mix eval "IO.puts ~s({{error}})"',
      "gh alias set x '!echo {{error}}'",
      'gdb -batch -ex "print {{error}}" prog',
      'gdb --eval-command="print {{error}}" prog',
      'python manage.py shell -c "print({{error}})"',
      'bun exec "echo {{error}}"',
      "deno eval --ext=ts 'f(`{{error}}`)'",
      "deno eval -p '`{{error}}`' x",
    ]
  ) {
    assert.match(mistakes(command)[0] ?? "", /read as code by/, command);
  }
});

Deno.test("code is found behind options that are put together, cut short or mixed with operands", () => {
  for (
    const command of [
      'bash -euo pipefail -c "echo {{error}}"',
      "sudo bash -euxo pipefail -c 'echo {{error}}'",
      "bash -co pipefail {{error}}",
      "bash -oc pipefail {{error}}",
      'fish --command="echo {{error}}"',
      "fish --command 'echo {{error}}'",
      "awk -vname=1 'BEGIN { print \"{{error}}\" }'",
      "awk -i inplace 'BEGIN { print \"{{error}}\" }'",
      "sed -i.before 's/x/{{error}}/' f",
      "sed -i '' 's/x/{{error}}/' f",
      "sed -i .bak 's/x/{{error}}/' f",
      "sed -s 's/x/{{error}}/' f",
      "sed 's/x/{{error}}/' - f",
      "sed --expr='s/x/{{error}}/' f",
      "sed f -e 's/x/{{error}}/'",
      "mysql -f -e \"select '{{error}}'\"",
    ]
  ) assert.match(mistakes(command)[0] ?? "", /read as code by/, command);
});

Deno.test("an argument of code, and what its recipes read, are not refused", () => {
  for (
    const command of [
      "deno eval 'console.log(Deno.args)' {{error}}",
      "deno eval -p 'Deno.args[0]' {{error}}",
      "deno run -A notify.ts {{error}}",
      "echo {{error}} | deno run -A notify.ts",
      "echo {{error}} | deno run --config x.json notify.ts -",
      "echo {{error}} | deno task notify",
      "echo {{error}} | deno fmt -",
      "echo {{error}} | bun run notify.ts",
      "printf '%s' {{error}} | make notify",
      "echo {{error}} | make -f notify.mk notify",
      "sed -f x.sed {{error}}",
      "sed -i 's/a/b/' {{error}}",
      "awk -f x.awk {{error}}",
      "awk -ve={{error}} 'BEGIN { print e }'",
      "echo {{error}} | awk -f x.awk",
      "echo {{error}} | sed -f x.sed >> log",
      "bash -euo pipefail notify.sh {{error}}",
      "bash -euo pipefail -c 'notify \"$1\"' bash {{error}}",
      "bash --rcfile x notify.sh {{error}}",
      "ENV=test PATH=bin:$PATH notify {{error}}",
      "export PATH=bin:$PATH MSG={{error}}",
      "ls | entr ./notify.sh {{error}}",
      "nodemon notify.js {{error}}",
      "node -r ./setup.js notify.js {{error}}",
      "python manage.py notify {{error}}",
      "echo {{error}} | python manage.py notify",
      "echo {{error}} | python3 -s notify.py",
      "gh issue create --title {{error}}",
      "mix notify {{error}}",
    ]
  ) assert.deepEqual(mistakes(command), [], command);
});

Deno.test("who gives a text to make is told how a recipe gets it", () => {
  assert.deepEqual(mistakes('make notify TASK="{{error}}"'), [
    "{{error}} would be read as code by make: " +
    'let the recipe read "$$ITERATR_ERROR", which is in its environment',
  ]);
});
