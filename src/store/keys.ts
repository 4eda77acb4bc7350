/** The keys of the store. `e` is the session's epoch, which each reset raises by one. */
export const keys = {
  meta: (): Deno.KvKey => ["meta"],
  head: (session: string): Deno.KvKey => ["head", session],
  heads: (): Deno.KvKey => ["head"],
  info: (session: string, e: number): Deno.KvKey => ["info", session, e],
  event: (session: string, e: number, seq: number): Deno.KvKey => ["event", session, e, seq],
  task: (session: string, e: number, n: number): Deno.KvKey => ["task", session, e, n],
  note: (session: string, e: number, n: number): Deno.KvKey => ["note", session, e, n],
  blob: (session: string, e: number, id: string, part: number): Deno.KvKey => [
    "blob",
    session,
    e,
    id,
    part,
  ],
  /** Held by the one command that is too large for one atomic while it writes piece by piece. */
  pen: (session: string): Deno.KvKey => ["pen", session],
  lease: (session: string): Deno.KvKey => ["lease", session],
  leaseTree: (tree: string): Deno.KvKey => ["lease-tree", tree],
  /** What became of an epoch that is over. */
  epoch: (session: string, e: number): Deno.KvKey => ["epoch", session, e],
  epochs: (): Deno.KvKey => ["epoch"],
  /** The last epoch of a session that was deleted, so that a new one of its name takes the next. */
  gone: (session: string): Deno.KvKey => ["gone", session],
  iteration: (session: string, e: number, n: number): Deno.KvKey => ["iteration", session, e, n],
} as const;
