import type { Store } from "../../src/store/open.ts";

/**
 * The same store, with something done before each commit of an atomic: another writer that comes in
 * between, or a crash.
 *
 * @param before called with the number of the commit, from 1.
 */
export function beforeCommit(store: Store, before: (commit: number) => Promise<void>): Store {
  let commits = 0;
  const kv = new Proxy(store.kv, {
    get: (target, name) => {
      if (name === "atomic") return atomic;
      const member: unknown = Reflect.get(target, name);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
  const atomic = (): Deno.AtomicOperation => {
    const operation = store.kv.atomic();
    const commit = operation.commit.bind(operation);
    operation.commit = async () => {
      await before(++commits);
      return await commit();
    };
    return operation;
  };
  return { ...store, kv };
}
