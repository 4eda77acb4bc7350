/** Makes room for one more in a collection that holds at most so many: what came first is forgotten. */
export function forgetOldest(kept: Map<string, unknown> | Set<string>, most: number): void {
  if (kept.size < most) return;
  for (const oldest of kept.keys()) {
    kept.delete(oldest);
    return;
  }
}
