/** The keys of the store. `e` is the session's epoch, which each reset raises by one. */
export const keys = {
  meta: (): Deno.KvKey => ["meta"],
  head: (session: string): Deno.KvKey => ["head", session],
  heads: (): Deno.KvKey => ["head"],
  info: (session: string, e: number): Deno.KvKey => ["info", session, e],
  event: (session: string, e: number, seq: number): Deno.KvKey => ["event", session, e, seq],
  task: (session: string, e: number, n: number): Deno.KvKey => ["task", session, e, n],
  note: (session: string, e: number, n: number): Deno.KvKey => ["note", session, e, n],
  iteration: (session: string, e: number, n: number): Deno.KvKey => ["iteration", session, e, n],
} as const;
