import { createHmac } from "node:crypto";
import { exportSPKI, importJWK, SignJWT } from "jose";
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { AuthError } from "./authError";
import { createTestIssuer, farFutureS } from "./testIssuer.testing";
import { TokenVerifier } from "./tokenVerifier";

const es256 = await createTestIssuer("https://custom.test", "ES256");
const rs256 = await createTestIssuer("https://rsa.test", "RS256");
const providers = [es256.customJwt("app"), rs256.customJwt("app")];
const verifier = new TokenVerifier({ providers: () => providers });
const good = await es256.sign();
const [goodHeader = "", goodPayload = "", goodSignature = ""] = good.split(".");

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
const claimsOf = (iss: string) => ({ iss, sub: "user1", aud: "app", exp: farFutureS });

async function refusalOf(token: string): Promise<unknown> {
  return verifier.verify(token).then(
    (identity) => ({ accepted: identity }),
    (error: unknown) => error,
  );
}

it("accepts the token that all others here are made from", async () => {
  expect(await verifier.verify(good)).toMatchObject({ subject: "user1" });
});

it("refuses unsigned tokens in every spelling of `none`", async () => {
  for (const alg of ["none", "None", "NONE", "nOnE", "", null, undefined]) {
    for (const signature of ["", goodSignature]) {
      const token = `${encode({ alg, kid: "key1" })}.${encode(claimsOf(es256.issuer))}.${signature}`;
      expect(await refusalOf(token)).toBeInstanceOf(AuthError);
    }
  }
});

it("refuses HS256 signed with the public key in any of its forms", async () => {
  const publicKey = await importJWK(rs256.publicJwk, "RS256");
  const forms = [JSON.stringify(rs256.publicJwk), String(rs256.publicJwk.n)];
  if (!(publicKey instanceof Uint8Array)) forms.push(await exportSPKI(publicKey), (await exportSPKI(publicKey)).trim());
  expect(forms).toHaveLength(4);
  for (const secret of forms) {
    const signed = `${encode({ alg: "HS256", kid: "key1" })}.${encode(claimsOf(rs256.issuer))}`;
    const mac = createHmac("sha256", secret).update(signed).digest("base64url");
    expect(await refusalOf(`${signed}.${mac}`)).toMatchObject({ status: 401, code: "InvalidAuthHeader" });
  }
});

it("refuses keys that come with the token and key ids that point elsewhere", async () => {
  const attacker = await createTestIssuer(es256.issuer, "ES256");
  const headers = [
    { jwk: attacker.publicJwk },
    { jku: "https://attacker.test/keys" },
    { x5u: "https://attacker.test/cert" },
    { kid: "../../../../dev/null" },
    { kid: "key1' OR '1'='1" },
    { kid: "https://attacker.test/keys" },
    { kid: "__proto__" },
    { kid: ["key1"] },
    { kid: { toString: "key1" } },
    { kid: 1 },
    { crit: ["exp"], exp: 1 },
    { b64: false, crit: ["b64"] },
    {},
  ];
  for (const header of headers) {
    const signed = encode({ alg: "ES256", kid: "key1", ...header });
    const payload = encode(claimsOf(es256.issuer));
    const signature = (
      await new SignJWT(claimsOf(es256.issuer)).setProtectedHeader({ alg: "ES256" }).sign(attacker.privateKey)
    ).split(".")[2];
    expect(await refusalOf(`${signed}.${payload}.${signature}`)).toBeInstanceOf(AuthError);
  }
  expect(await refusalOf(await attacker.sign())).toMatchObject({ message: expect.stringContaining("signature") });
});

it("refuses a token of one issuer under the name of another", async () => {
  expect(await refusalOf(await rs256.sign({ iss: es256.issuer }))).toBeInstanceOf(AuthError);
  expect(await refusalOf(await es256.sign({ iss: rs256.issuer }))).toBeInstanceOf(AuthError);
});

it("refuses claims of the wrong type", async () => {
  for (const claims of [
    { aud: 1 },
    { aud: ["app", 1] },
    { nbf: "1" },
    { iat: "1" },
    { exp: "4102444800" },
    { exp: null },
    { sub: 1 },
    { iss: 1 },
    { iss: ["https://custom.test"] },
  ]) {
    const token = `${goodHeader}.${encode({ ...claimsOf(es256.issuer), ...claims })}.${goodSignature}`;
    expect(await refusalOf(token)).toBeInstanceOf(AuthError);
  }
});

it.each(["logout+jwt", "id_token", "JWE", "dpop+jwt", "", 1, null, ["JWT"]])(
  "refuses the type %j, whoever signed it",
  async (typ) => {
    expect(await refusalOf(await es256.sign({}, { typ }))).toMatchObject({ message: expect.stringContaining("'typ'") });
  },
);

it.each(["JWT", "jwt", "at+jwt", "application/at+jwt", undefined])("takes the type %j", async (typ) => {
  const header = typ === undefined ? {} : { typ };
  expect(await verifier.verify(await es256.sign({}, header))).toMatchObject({ subject: "user1" });
});

it.each(["1e400", "-1e400", "1e308", "253402300800"])("refuses the expiry %s, which is no date", async (exp) => {
  const payload = JSON.stringify(claimsOf(es256.issuer)).replace(/"exp":\d+/u, `"exp":${exp}`);
  const token = `${goodHeader}.${Buffer.from(payload).toString("base64url")}.${goodSignature}`;
  expect(await refusalOf(token)).toMatchObject({ message: expect.stringContaining("'exp'") });
});

it("refuses tokens over 16 KiB, whoever signed them", async () => {
  expect(await refusalOf(await es256.sign({ padding: "x".repeat(16_384) }))).toMatchObject({
    message: expect.stringContaining("longer"),
  });
  expect(await refusalOf("a.".repeat(1_000_000))).toBeInstanceOf(AuthError);
});

it("keeps a claim named __proto__ from changing the identity", async () => {
  const claims: unknown = JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":{"x":1}}}');
  const identity = await verifier.verify(await es256.sign(Object.fromEntries(Object.entries(Object(claims)))));
  expect(Object.getPrototypeOf(identity)).toBe(Object.prototype);
  expect(identity["polluted"]).toBeUndefined();
  expect({}).not.toHaveProperty("x");
});

const base64url = fc.string({
  unit: fc.constantFrom(..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".split("")),
  maxLength: 100,
});
const mangled = fc.oneof(
  fc.string({ unit: "binary", maxLength: 300 }),
  fc.array(base64url, { maxLength: 6 }).map((parts) => parts.join(".")),
  fc
    .tuple(fc.jsonValue(), fc.jsonValue(), base64url)
    .map(([header, payload, signature]) => `${encode(header)}.${encode(payload)}.${signature}`),
  fc
    .tuple(fc.dictionary(fc.constantFrom("alg", "kid", "crit", "b64", "typ", "zip", "enc"), fc.jsonValue()), base64url)
    .map(([header, signature]) => `${encode({ alg: "ES256", kid: "key1", ...header })}.${goodPayload}.${signature}`),
  fc
    .dictionary(fc.constantFrom("iss", "sub", "aud", "exp", "nbf", "iat", "admin"), fc.jsonValue(), { minKeys: 1 })
    .map((claims) => `${goodHeader}.${encode({ ...claimsOf(es256.issuer), ...claims })}.${goodSignature}`),
  fc
    .tuple(fc.nat(good.length - 1), fc.string({ unit: "binary", minLength: 1, maxLength: 3 }))
    .map(([at, text]) => good.slice(0, at) + text + good.slice(at)),
  fc
    .tuple(fc.nat(good.length - 1), fc.integer({ min: 1, max: 40 }))
    .map(([at, length]) => good.slice(0, at) + good.slice(at + length)),
  fc
    .tuple(
      fc.nat(good.length - 1),
      base64url.filter((text) => text.length > 0),
    )
    .map(([at, text]) => good.slice(0, at) + text + good.slice(at + text.length)),
);

it("never accepts a mangled token and never throws anything but its refusal", async () => {
  await fc.assert(
    fc.asyncProperty(
      mangled.filter((token) => token !== good),
      async (token) => {
        const refusal = await refusalOf(token);
        expect(refusal).toBeInstanceOf(AuthError);
        expect(refusal).toMatchObject({ status: 401 });
      },
    ),
    { numRuns: 3000 },
  );
});
