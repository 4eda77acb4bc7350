/*
 * What a bundle is made from. `scripts/release/bundle.ts` replaces the two marks; in a checkout they
 * stand as they are.
 */

const COMMIT = "@COMMIT@";
const DATE = "@DATE@";

/** What a bundle was made from and when (ISO date); `undefined` when running from a checkout. */
export const BUILD: { readonly commit: string; readonly date: string } | undefined =
  COMMIT.startsWith("@") ? undefined : { commit: COMMIT, date: DATE };
