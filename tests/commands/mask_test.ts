import assert from "node:assert/strict";
import fc from "fast-check";
import { makeMask, MASKED } from "../../src/platform/mask.ts";

const SECRET = "tok-0123456789abcdef";

Deno.test("the value of a variable whose name looks like a secret is masked wherever it stands", () => {
  const names = [
    "FOO_TOKEN",
    "foo_token",
    "GITHUB_TOKENS",
    "AWS_SECRET_ACCESS_KEY",
    "OPENAI_API_KEY",
    "DB_PASSWORD",
    "PGPASSWD",
    "CLIENT_SECRET",
    "MY_CREDENTIALS",
    "NPM_AUTH",
    "SESSION_COOKIE",
  ];
  for (const name of names) {
    const mask = makeMask({ [name]: SECRET });
    assert.equal(mask(`x${SECRET}y ${SECRET}`), `x${MASKED}y ${MASKED}`, name);
  }
});

Deno.test("other values are left alone, and such as are too short to be secrets", () => {
  const mask = makeMask({
    HOME: "/home/somebody",
    TOKEN_FILE: "/run/a-token",
    A_TOKEN: "yes",
    B_KEY: "",
  });
  const text = "/home/somebody reads /run/a-token: yes";
  assert.equal(mask(text), text);
});

Deno.test("a secret that is part of another is masked with it", () => {
  const mask = makeMask({
    A_TOKEN: SECRET,
    B_TOKEN: `${SECRET}-long`,
    C_TOKEN: SECRET.slice(0, 10),
  });
  assert.equal(
    mask(`${SECRET}-long ${SECRET} ${SECRET.slice(0, 10)}`),
    `${MASKED} ${MASKED} ${MASKED}`,
  );
});

Deno.test("what is masked does not tell a secret, whatever the secret and the text", () => {
  const secret = fc.string({ unit: "grapheme", minLength: 8 });
  fc.assert(fc.property(secret, fc.array(fc.string()), (value, parts) => {
    const masked = makeMask({ A_KEY: value })(parts.join(value));
    assert.ok(!masked.includes(value) || MASKED.includes(value), masked);
  }));
});
