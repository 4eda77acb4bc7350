/**
 * Variables by which a shell, or a hook of git that starts iteratr, points every git command at one
 * repository or index (`git rev-parse --local-env-vars`); here the directory alone says which it is.
 */
const POINTERS = [
  "GIT_DIR",
  "GIT_WORK_TREE",
  "GIT_INDEX_FILE",
  "GIT_COMMON_DIR",
  "GIT_OBJECT_DIRECTORY",
  "GIT_ALTERNATE_OBJECT_DIRECTORIES",
  "GIT_PREFIX",
  "GIT_NAMESPACE",
  "GIT_IMPLICIT_WORK_TREE",
  "GIT_SHALLOW_FILE",
  "GIT_GRAFT_FILE",
];

/**
 * iteratr's own environment, without what points at some repository. git's own words, which are read in
 * places, are English; in all else the locale is the user's, since hooks and filters of git may live by it.
 */
export function environment(): Record<string, string> {
  const variables = Deno.env.toObject();
  for (const name of POINTERS) delete variables[name];
  const { LC_ALL = "" } = variables;
  if (LC_ALL !== "") {
    // It would overrule the locale of messages: what it says of all the others can be said by LANG.
    for (const name of Object.keys(variables)) if (name.startsWith("LC_")) delete variables[name];
    variables["LANG"] = LC_ALL;
  }
  delete variables["LC_ALL"];
  return { ...variables, LC_MESSAGES: "C" };
}
