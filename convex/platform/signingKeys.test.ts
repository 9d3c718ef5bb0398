import { exportJWK, generateKeyPair, importJWK, jwtVerify, SignJWT } from "jose";
import { expect, test } from "vitest";
import { publicKeysOf, signingKeyOf } from "./signingKeys";

async function newKey(kid: string) {
  const { privateKey } = await generateKeyPair("ES256", { extractable: true });
  return { ...(await exportJWK(privateKey)), kid };
}

test("nothing configured is no key, and an empty key set", () => {
  expect(signingKeyOf({})).toBeUndefined();
  expect(signingKeyOf({ PORTICO_SIGNING_KEY: "" })).toBeUndefined();
  expect(publicKeysOf({})).toEqual([]);
});

test("what the signing key signs, the published key verifies", async () => {
  const environment = { PORTICO_SIGNING_KEY: JSON.stringify(await newKey("now")) };
  const signingKey = signingKeyOf(environment);
  const [published] = publicKeysOf(environment);
  const token = await new SignJWT({})
    .setProtectedHeader({ alg: "ES256" })
    .sign(await importJWK({ ...signingKey }, "ES256"));
  await expect(jwtVerify(token, await importJWK({ ...published }, "ES256"))).resolves.toBeDefined();
});

test("private parts are never published, of neither key", async () => {
  const environment = {
    PORTICO_SIGNING_KEY: JSON.stringify(await newKey("now")),
    PORTICO_PREVIOUS_SIGNING_KEY: JSON.stringify(await newKey("before")),
  };
  const keys = publicKeysOf(environment);
  expect(keys.map(({ kid }) => kid)).toEqual(["now", "before"]);
  for (const key of keys) expect(Object.keys(key).toSorted()).toEqual(["alg", "crv", "kid", "kty", "use", "x", "y"]);
});

test("the previous key may be given without its private part, the present one may not", async () => {
  const { d: _d, ...half } = await newKey("half");
  expect(publicKeysOf({ PORTICO_PREVIOUS_SIGNING_KEY: JSON.stringify(half) })).toHaveLength(1);
  expect(() => signingKeyOf({ PORTICO_SIGNING_KEY: JSON.stringify(half) })).toThrow(/private/);
});

test.each([
  "not json secret",
  "null",
  '"secret"',
  "[]",
  '{"kty":"RSA","n":"secret","kid":"a"}',
  '{"kty":"EC","crv":"P-256","x":"a","y":"b","d":"secret"}',
])("%s is refused without being repeated", (text) => {
  const refusal = () => signingKeyOf({ PORTICO_SIGNING_KEY: text });
  expect(refusal).toThrow(/^PORTICO_SIGNING_KEY/);
  expect(refusal).not.toThrow(/secret/);
});
