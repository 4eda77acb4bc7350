const KEPT = ["PATH", "HOME", "DENO_DIR"];

/** The environment of a process that a test starts: what Deno needs, and nothing of the test's own. */
export function bareEnvironment(): Readonly<Record<string, string>> {
  return Object.fromEntries(KEPT.flatMap((name) => {
    const value = Deno.env.get(name);
    return value === undefined ? [] : [[name, value]];
  }));
}
