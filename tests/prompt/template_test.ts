import assert from "node:assert/strict";
import fc from "fast-check";
import { UserError } from "../../src/platform/failure.ts";
import { compileTemplate, type PromptVariables } from "../../src/prompt/template.ts";

const VARIABLES: PromptVariables = {
  session: "user-auth",
  iteration: "3",
  spec: "SPEC",
  notes: "NOTES",
  tasks: "TASKS",
  history: "HISTORY",
  extra: "EXTRA",
  port: "0",
  binary: "/tmp/bin/iteratr",
};

function render(template: string, change: Partial<PromptVariables> = {}): string {
  return compileTemplate(template, "t.txt")({ ...VARIABLES, ...change });
}

/** Text that some template language, shell or terminal would take for its own. */
const ODD = [
  "{{session}} {{ }} {{% } -}}",
  "<%= session %> <% throw 1 %>",
  "`backticks` ${session} $1 $& $$",
  "\\n \\ \\\\ \\u0041 'single' \"double\"",
  "\x1b[31mred\x1b[0m \x07 \r\n tab\t",
  "</script> &amp; &lt; <b>",
  "Grüße 🎉 日本 \u2028 \u{feff}",
  "  leading and trailing  \n\n",
];

Deno.test("every variable is put in where it is named, with and without blanks, any number of times", () => {
  for (const [name, value] of Object.entries(VARIABLES)) {
    assert.equal(render(`a {{${name}}} b {{ ${name} }} c`), `a ${value} b ${value} c`);
  }
});

Deno.test("a value is never interpreted, whatever it contains", () => {
  for (const spec of ODD) assert.equal(render("[{{spec}}]", { spec }), `[${spec}]`);
  fc.assert(fc.property(fc.string({ unit: "binary" }), (spec) => {
    assert.equal(render("[{{spec}}]{{spec}}", { spec }), `[${spec}]${spec}`);
  }));
});

Deno.test("the text of a template stands for itself but for its tags", () => {
  for (const text of ODD.slice(1)) {
    // A template that was written with CRLF ends its lines in LF.
    assert.equal(render(`[${text}]{{port}}`), `[${text.replaceAll("\r\n", "\n")}]0`);
  }
  assert.equal(render("a { b } c {d} }} e"), "a { b } c {d} }} e");
});

Deno.test("line breaks and blanks around a tag stay, but those that the tag takes away", () => {
  assert.equal(render("a\n{{session}}\n\nb\n"), "a\nuser-auth\n\nb\n");
  assert.equal(render("{{% if (tasks) { -}}\n{{tasks}}\n{{% } -}}\nend"), "TASKS\nend");
});

Deno.test("conditions and loops are JavaScript", () => {
  const template = "{{% if (notes) { -}}\nhas notes\n{{% } else { -}}\nno notes\n{{% } -}}\n";
  assert.equal(render(template), "has notes\n");
  assert.equal(render(template, { notes: "" }), "no notes\n");
  assert.equal(render("{{% for (const n of [1, 2, 3]) { }}{{n}},{{% } }}"), "1,2,3,");
  assert.equal(render("{{ iteration === '3' ? 'third' : 'other' }}"), "third");
});

Deno.test("two braces are written as a value", () => {
  assert.equal(render('{{"{{"}}session{{"}}"}}'), "{{session}}");
});

/** Mistakes, and the lines that they are in. */
const MISTAKES: readonly (readonly [template: string, line: number])[] = [
  ["{{% if (tasks) { }}", 1],
  ["a\n{{ session", 2],
  ["a\nb\n{{ 1 + }}\n{{session}}", 3],
  ["{{session}}\n{{nope}}", 2],
  ["a\n{{% if (notes === 'never') { -}}\n{{taks}}\n{{% } -}}", 3],
  ["a\n\n{{spec.x.y}}", 3],
];

Deno.test("a mistake in a template is found when it is compiled, and told with file, line and remedy", () => {
  for (const [template, line] of MISTAKES) {
    assert.throws(
      () => compileTemplate(template, "/w/t.txt"),
      (error) => {
        assert.ok(error instanceof UserError, template);
        assert.ok(error.message.startsWith(`/w/t.txt:${line}: `), `${template}: ${error.message}`);
        assert.ok(!error.message.includes("\n"), error.message);
        return error.hints.some((hint) => hint.includes("{{spec}}"));
      },
    );
  }
});

Deno.test("a misspelt variable is told with the one that was meant", () => {
  assert.throws(
    () => compileTemplate("{{taks}}", "t"),
    (error) => error instanceof UserError && error.message.includes("did you mean {{tasks}}?"),
  );
});

Deno.test("a template may use names of its own", () => {
  assert.equal(render("{{% for (const line of spec.split('E')) { }}<{{line}}>{{% } }}"), "<SP><C>");
});

Deno.test("a prompt that begins with a slash is put behind a line of words", () => {
  for (const spec of ["/review this", "  \n/init", "\u{feff}/x"]) {
    const prompt = render("{{spec}}", { spec });
    assert.doesNotMatch(prompt.trimStart(), /^\//);
    assert.ok(prompt.endsWith(spec));
  }
  assert.equal(render("see /etc/hosts"), "see /etc/hosts");
  assert.equal(render(""), "");
});
