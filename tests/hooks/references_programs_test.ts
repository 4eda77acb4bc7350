import assert from "node:assert/strict";
import { fitReferences } from "../../src/hooks/references.ts";

function mistakes(command: string): readonly string[] {
  return fitReferences(command, "on_error").mistakes;
}

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

Deno.test("who gives a text to make is told how a recipe gets it", () => {
  assert.deepEqual(mistakes('make notify TASK="{{error}}"'), [
    "{{error}} would be read as code by make: " +
    'let the recipe read "$$ITERATR_ERROR", which is in its environment',
  ]);
});
Deno.test("what the recipes of make read is not refused", () => {
  assert.deepEqual(mistakes("printf '%s' {{error}} | make notify"), []);
  assert.deepEqual(mistakes("echo {{error}} | make -f notify.mk notify"), []);
});
