/** Milliseconds since 1970 with their fractions: what two processes of a machine can compare. */
export function preciseNow(): number {
  return performance.timeOrigin + performance.now();
}
