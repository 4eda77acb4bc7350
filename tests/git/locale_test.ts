import assert from "node:assert/strict";
import { Repository, Scratch } from "./_repository.ts";

const PROGRAM = new URL("./_in_repository.ts", import.meta.url).pathname;

/** A locale in which `ö` is one letter, set in each of the ways that a person may set it. */
const LOCALES: readonly Readonly<Record<string, string>>[] = [
  { LC_ALL: "C.UTF-8", LC_CTYPE: "C" },
  { LC_CTYPE: "C.UTF-8" },
  { LANG: "C.UTF-8", LC_ALL: "" },
];

/** Commits in a process with this locale. */
async function commitIn(
  repository: Repository,
  locale: Readonly<Record<string, string>>,
): Promise<string> {
  await using scratch = await Scratch.make();
  const { PATH = "", HOME = "", DENO_DIR } = Deno.env.toObject();
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", PROGRAM, repository.path, scratch.path],
    clearEnv: true,
    env: { PATH, HOME, ...(DENO_DIR === undefined ? {} : { DENO_DIR }), ...locale },
    stdin: "null",
  }).output();
  return new TextDecoder().decode(stdout);
}

Deno.test("hooks and filters of git run in the user's locale", async () => {
  for (const locale of LOCALES) {
    await using repository = await Repository.make();
    await repository.configure({ "filter.x.clean": "sed 's/[[:alpha:]]/x/g'" });
    await repository.write(".gitattributes", "*.up filter=x\n");
    await repository.commitAll();
    await repository.write("word.up", "größe\n");
    await repository.hook("pre-commit", "printf 'größe\\n' | grep -qE '^[[:alpha:]]+$'");
    const told = await commitIn(repository, locale);
    assert.match(told, /"kind":"committed"/, JSON.stringify(locale));
    assert.equal(await repository.committed("word.up"), "xxxxx\n", JSON.stringify(locale));
  }
});

Deno.test("git's own words are English in any locale", async () => {
  await using repository = await Repository.make();
  await repository.hook("pre-commit", 'echo "$LC_MESSAGES,$LC_ALL,$LC_TIME" >said');
  for (const LC_ALL of ["de_DE.UTF-8", ""]) {
    assert.match(await commitIn(repository, { LC_ALL, LC_TIME: "x" }), /"kind":"committed"/);
    const expected = LC_ALL === "" ? "C,,x\n" : "C,,\n";
    assert.equal(await Deno.readTextFile(repository.join("said")), expected);
    await repository.write("a.txt", "back\n");
    await repository.commitAll();
  }
});
