import { describe, expect, it } from "vitest";
import type { AuthProvider } from "../deployment";
import { createTestIssuer, fakeFetch, farFutureS, type TestIssuer } from "./testIssuer.testing";
import { TokenVerifier } from "./tokenVerifier";

const es256 = await createTestIssuer("https://custom.test", "ES256");
const rs256 = await createTestIssuer("https://id.test/", "RS256");
const ed25519 = await createTestIssuer("https://ed.test", "EdDSA");

/** A verifier that reaches the given issuers by OIDC discovery. */
function verifierFor(
  providers: readonly AuthProvider[],
  discovered: readonly TestIssuer[] = [],
  nowMs?: number,
): TokenVerifier {
  const documents = new Map<string, unknown>();
  for (const { issuer, publicJwk } of discovered) {
    const base = issuer.replace(/\/$/, "");
    documents.set(`${base}/.well-known/openid-configuration`, { issuer, jwks_uri: `${base}/keys` });
    documents.set(`${base}/keys`, { keys: [publicJwk] });
  }
  const now = nowMs === undefined ? {} : { now: () => nowMs };
  return new TokenVerifier({ providers: () => providers, fetch: fakeFetch(documents).fetch, ...now });
}

const unauthenticated = (code: string, message: RegExp) =>
  expect.objectContaining({ name: "AuthError", status: 401, code, message: expect.stringMatching(message) });

describe("customJwt providers", () => {
  it("give raw claim names, flattened objects, and none of the registered claims", async () => {
    const token = await es256.sign({
      email_verified: true,
      name: "Ada",
      org: { id: "o1", deep: { er: [{ kept: { whole: 1 } }], empty: {} } },
      nothing: null,
      jti: "j",
      iat: 1,
      nbf: 1,
      fva: [1],
      tokenIdentifier: "forged|admin",
      subject: "forged",
      issuer: "forged",
    });
    expect(await verifierFor([es256.customJwt("app")]).verify(token)).toEqual({
      tokenIdentifier: "https://custom.test|user1",
      issuer: "https://custom.test",
      subject: "user1",
      email_verified: true,
      name: "Ada",
      "org.id": "o1",
      "org.deep.er": [{ kept: { whole: 1 } }],
      nothing: null,
    });
  });

  it("match issuers with and without scheme and slashes, and keep the token's own spelling", async () => {
    const token = await es256.sign({ iss: "custom.test/" });
    const identity = await verifierFor([es256.customJwt()]).verify(token);
    expect(identity).toMatchObject({ issuer: "custom.test/", tokenIdentifier: "custom.test/|user1" });
    const slashed: AuthProvider = {
      ...es256.customJwt(),
      type: "customJwt",
      algorithm: "ES256",
      jwks: "data:,x",
      issuer: "custom.test//",
    };
    await expect(verifierFor([slashed]).verify(token)).rejects.toThrow("Invalid JWKS");
    await expect(
      verifierFor([es256.customJwt()]).verify(await es256.sign({ iss: "http://custom.test" })),
    ).rejects.toEqual(unauthenticated("NoAuthProvider", /^No auth provider found/));
  });

  it("take any of several audiences, and the first provider that fits", async () => {
    const other = await createTestIssuer(es256.issuer, "ES256");
    const token = await es256.sign({ aud: ["x", "app"] });
    expect(await verifierFor([other.customJwt("elsewhere"), es256.customJwt("app")]).verify(token)).toMatchObject({
      subject: "user1",
    });
    await expect(verifierFor([es256.customJwt("elsewhere")]).verify(token)).rejects.toEqual(
      unauthenticated("NoAuthProvider", /./),
    );
    const noAudience = await es256.sign({ aud: undefined });
    await expect(verifierFor([es256.customJwt("app")]).verify(noAudience)).rejects.toEqual(
      unauthenticated("NoAuthProvider", /./),
    );
    expect(await verifierFor([es256.customJwt()]).verify(noAudience)).toMatchObject({ subject: "user1" });
  });

  const acceptedIdentity = { subject: "user1" };
  const refusedToken = { name: "AuthError", status: 401, message: expect.stringMatching(/^Could not validate token/) };
  it.each<[string, Record<string, number>, object]>([
    ["expired 4 s ago", { exp: 996 }, acceptedIdentity],
    ["expired 6 s ago", { exp: 994 }, refusedToken],
    ["valid in 4 s", { nbf: 1004 }, acceptedIdentity],
    ["valid in 6 s", { nbf: 1006 }, refusedToken],
    ["issued in 4 s", { iat: 1004 }, acceptedIdentity],
    ["issued in 6 s", { iat: 1006 }, refusedToken],
  ])("allow clocks five seconds of difference: %s", async (_, claims, expected) => {
    const token = await es256.sign(claims);
    const outcome = await verifierFor([es256.customJwt()], [], 1_000_000)
      .verify(token)
      .catch((error: unknown) => error);
    expect(outcome).toMatchObject(expected);
  });

  it("take RS256 and ES256 as configured, and nothing else", async () => {
    expect(await verifierFor([rs256.customJwt()]).verify(await rs256.sign())).toMatchObject({ subject: "user1" });
    const configuredOtherwise: AuthProvider = {
      type: "customJwt",
      issuer: rs256.issuer,
      jwks: "data:,{}",
      algorithm: "ES256",
    };
    await expect(verifierFor([configuredOtherwise]).verify(await rs256.sign())).rejects.toEqual(
      unauthenticated("InvalidAuthHeader", /algorithm/),
    );
    await expect(verifierFor([ed25519.customJwt()]).verify(await ed25519.sign())).rejects.toEqual(
      unauthenticated("InvalidAuthHeader", /algorithm/),
    );
  });

  it.each(["iss", "sub", "exp"])("need the claim %s", async (claim) => {
    const token = await es256.sign({ [claim]: undefined });
    await expect(verifierFor([es256.customJwt()]).verify(token)).rejects.toEqual(
      unauthenticated("InvalidAuthHeader", new RegExp(claim)),
    );
  });

  it("need a key id that names a key", async () => {
    const verifier = verifierFor([es256.customJwt()]);
    await expect(verifier.verify(await es256.sign({}, { kid: undefined }))).rejects.toEqual(
      unauthenticated("InvalidAuthHeader", /kid/),
    );
    await expect(verifier.verify(await es256.sign({}, { kid: "other" }))).rejects.toEqual(
      unauthenticated("InvalidAuthHeader", /kid/),
    );
  });
});

describe("OIDC providers", () => {
  it("give standard claims their Convex names and keep other claims nested", async () => {
    const token = await rs256.sign({
      name: "Ada Lovelace",
      given_name: "Ada",
      family_name: "Lovelace",
      nickname: "a",
      preferred_username: "ada",
      profile: "https://p",
      picture: "https://i",
      website: "https://w",
      email: "a@b.c",
      email_verified: false,
      gender: "f",
      birthdate: "1815-12-10",
      zoneinfo: "Europe/London",
      locale: "en",
      phone_number: "+44",
      phone_number_verified: true,
      address: { formatted: "12 St James's Square", country: "UK" },
      updated_at: 1_700_000_000,
      o: { id: "org", rol: ["admin"] },
      nonce: "n",
      azp: "x",
      at_hash: "h",
      jti: "j",
    });
    expect(await verifierFor([rs256.oidc("app")], [rs256]).verify(token)).toEqual({
      tokenIdentifier: "https://id.test/|user1",
      issuer: "https://id.test/",
      subject: "user1",
      name: "Ada Lovelace",
      givenName: "Ada",
      familyName: "Lovelace",
      nickname: "a",
      preferredUsername: "ada",
      profileUrl: "https://p",
      pictureUrl: "https://i",
      websiteUrl: "https://w",
      email: "a@b.c",
      emailVerified: false,
      gender: "f",
      birthday: "1815-12-10",
      timezone: "Europe/London",
      language: "en",
      phoneNumber: "+44",
      phoneNumberVerified: true,
      address: "12 St James's Square",
      updatedAt: "2023-11-14T22:13:20+00:00",
      o: { id: "org", rol: ["admin"] },
    });
  });

  it("take RS256 and EdDSA, and refuse ES256", async () => {
    expect(await verifierFor([ed25519.oidc("app")], [ed25519]).verify(await ed25519.sign())).toMatchObject({
      subject: "user1",
    });
    await expect(verifierFor([es256.oidc("app")], [es256]).verify(await es256.sign())).rejects.toEqual(
      unauthenticated("InvalidAuthHeader", /algorithm/),
    );
  });

  it("refuse several audiences, issuers spelled unlike the discovered one, and any leeway", async () => {
    const verifier = verifierFor([rs256.oidc("app")], [rs256], 1_000_000);
    for (const claims of [{ aud: ["app", "other"] }, { iss: "https://id.test" }, { exp: 1000 }, { exp: 999 }]) {
      await expect(verifier.verify(await rs256.sign(claims))).rejects.toEqual(unauthenticated("Unauthenticated", /./));
    }
    expect(await verifier.verify(await rs256.sign({ aud: ["app"], exp: 1001 }))).toMatchObject({ subject: "user1" });
  });

  it.each([
    { email: 1 },
    { email_verified: "true" },
    { address: "x" },
    { address: { formatted: 1 } },
    { updated_at: 1e300 },
    { updated_at: "x" },
  ])("refuse standard claims of the wrong type: %j", async (claims) => {
    const token = await rs256.sign(claims);
    await expect(verifierFor([rs256.oidc("app")], [rs256]).verify(token)).rejects.toEqual(
      unauthenticated("InvalidAuthHeader", /OIDC ID token/),
    );
  });
});

describe("the memory of verified tokens", () => {
  it("ends with the token's life", async () => {
    let nowMs = 1_000_000;
    const provider = es256.customJwt();
    const verifier = new TokenVerifier({ providers: () => [provider], now: () => nowMs });
    const token = await es256.sign({ exp: 1010 });
    const first = await verifier.verify(token);
    expect(await verifier.verify(token)).toBe(first);
    nowMs = 1_014_999;
    expect(await verifier.verify(token)).toBe(first);
    nowMs = 1_015_000;
    await expect(verifier.verify(token)).rejects.toThrow("Expired");
  });

  it("ends when the providers change, but not when the same ones are given again", async () => {
    let providers: readonly AuthProvider[] = [es256.customJwt()];
    const verifier = new TokenVerifier({ providers: () => providers });
    const token = await es256.sign({ exp: farFutureS });
    const first = await verifier.verify(token);
    providers = structuredClone(providers);
    expect(await verifier.verify(token)).toBe(first);
    const rotated = await createTestIssuer(es256.issuer, "ES256");
    providers = [rotated.customJwt()];
    await expect(verifier.verify(token)).rejects.toThrow("signature");
    providers = [];
    await expect(verifier.verify(token)).rejects.toThrow("No auth provider");
  });
});
