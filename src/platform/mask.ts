/** Names of variables whose values are not to be shown. */
const SECRET_NAME = /(KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIAL|AUTH|COOKIE)S?$/i;

/** Shorter values are words as likely as secrets; hiding them would garble the text. */
const SHORTEST = 8;

/** What stands for a secret. */
export const MASKED = "***";

/**
 * Makes a function that replaces the values of variables that look like secrets, by their names.
 *
 * @param env the environment that they are in.
 */
export function makeMask(env: Readonly<Record<string, string>>): (text: string) => string {
  const secrets = Object.entries(env)
    .filter(([name, value]) => SECRET_NAME.test(name) && value.length >= SHORTEST)
    .flatMap(([, value]) => [value, asJson(value)])
    // The longest first: one may be part of another.
    .sort((a, b) => b.length - a.length);
  if (secrets.length === 0) return (text) => text;
  return (text) => secrets.reduce((masked, secret) => masked.replaceAll(secret, MASKED), text);
}

/** As it stands in JSON, which protocol and log are written in. */
function asJson(value: string): string {
  return JSON.stringify(value).slice(1, -1);
}
