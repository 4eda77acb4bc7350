const BIRTH = (Date.now() % 2 ** 32).toString(16) + Deno.pid.toString(16);
let issued = 0;

/** An id in opencode's manner (`ses_...`, `msg_...`, `call_...`), not issued before by any process. */
export function freshId(prefix: string): string {
  const serial = (++issued).toString(16).padStart(6, "0");
  return `${prefix}_${BIRTH}${serial}`;
}
