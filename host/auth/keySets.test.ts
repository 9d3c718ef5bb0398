import { expect, it } from "vitest";
import { createTestIssuer, fakeFetch } from "./testIssuer.testing";
import { TokenVerifier } from "./tokenVerifier";

const jwksUrl = "https://keys.test/jwks.json";
const issuer = await createTestIssuer("https://custom.test", "ES256");
const rotated = await createTestIssuer("https://custom.test", "ES256", "key2");
const provider = issuer.customJwt("app", jwksUrl);

function jwksResponse(
  contentType: string,
  body = JSON.stringify({ keys: [issuer.publicJwk] }),
  status = 200,
): () => Response {
  return () => new Response(body, { status, headers: { "content-type": contentType } });
}

it.each([
  "application/json",
  "application/jwk-set+json",
  "Application/JSON; charset=UTF-8",
  'application/json;charset="utf-8"',
])("reads keys of type %s", async (contentType) => {
  const { fetch } = fakeFetch(new Map([[jwksUrl, jwksResponse(contentType)]]));
  const identity = await new TokenVerifier({ providers: () => [provider], fetch }).verify(await issuer.sign());
  expect(identity.subject).toBe("user1");
});

it.each<[string, unknown]>([
  ["text/html", jwksResponse("text/html")],
  ["a foreign charset", jwksResponse("application/json; charset=latin1")],
  ["an error status", jwksResponse("application/json", "{}", 500)],
  ["a success that is not 200", jwksResponse("application/json", "{}", 201)],
  ["no JSON", jwksResponse("application/json", "<html>")],
  ["no key set", jwksResponse("application/json", '{"keys":1}')],
  [
    "broken keys",
    jwksResponse(
      "application/json",
      '{"keys":[null,1,{"kty":"EC"},{"kty":"oct","k":"AA"},{"kty":"EC","crv":"P-256","x":"!","y":"!","kid":"key1"}]}',
    ),
  ],
  ["too much", jwksResponse("application/json", `{"keys":[],"x":"${"x".repeat(1 << 20)}"}`)],
  ["a network failure", () => Promise.reject(new TypeError("fetch failed"))],
])("refuses the token when the key document is %s", async (_, document) => {
  const { fetch } = fakeFetch(new Map([[jwksUrl, document]]));
  await expect(
    new TokenVerifier({ providers: () => [provider], fetch }).verify(await issuer.sign()),
  ).rejects.toMatchObject({
    name: "AuthError",
    status: 401,
    code: "InvalidAuthHeader",
  });
});

it("fetches keys once for many tokens, and again after ten minutes", async () => {
  let nowMs = 0;
  const { fetch, requests } = fakeFetch(new Map([[jwksUrl, { keys: [issuer.publicJwk] }]]));
  const verifier = new TokenVerifier({ providers: () => [provider], fetch, now: () => nowMs });
  const tokens = await Promise.all(["a", "b", "c"].map((sub) => issuer.sign({ sub })));
  await Promise.all(tokens.map((token) => verifier.verify(token)));
  nowMs = 599_999;
  await verifier.verify(await issuer.sign({ sub: "d" }));
  expect(requests).toHaveLength(1);
  nowMs = 600_000;
  await verifier.verify(await issuer.sign({ sub: "e" }));
  expect(requests).toHaveLength(2);
});

it("follows a key rotation at once, forgets tokens of keys that are gone, and cools down between looks", async () => {
  let nowMs = 0;
  const documents = new Map<string, unknown>([[jwksUrl, { keys: [issuer.publicJwk] }]]);
  const { fetch, requests } = fakeFetch(documents);
  const verifier = new TokenVerifier({ providers: () => [provider], fetch, now: () => nowMs });
  const old = await issuer.sign();
  await verifier.verify(old);
  for (let attempt = 0; attempt < 20; attempt += 1) {
    await expect(verifier.verify(await issuer.sign({}, { kid: `made-up-${attempt}` }))).rejects.toThrow("kid");
  }
  expect(requests).toHaveLength(1);
  nowMs = 30_000;
  documents.set(jwksUrl, { keys: [rotated.publicJwk] });
  expect(await verifier.verify(await rotated.sign())).toMatchObject({ subject: "user1" });
  await expect(verifier.verify(old)).rejects.toThrow("kid");
  expect(requests).toHaveLength(2);
});

it("asks a failing provider once per cool-down, and outlives its outage with the keys it has", async () => {
  let nowMs = 0;
  const documents = new Map<string, unknown>();
  const { fetch, requests } = fakeFetch(documents);
  const verifier = new TokenVerifier({ providers: () => [provider], fetch, now: () => nowMs });
  const token = await issuer.sign();
  for (let attempt = 0; attempt < 5; attempt += 1) await expect(verifier.verify(token)).rejects.toThrow("HTTP 404");
  expect(requests).toHaveLength(1);
  nowMs = 30_000;
  documents.set(jwksUrl, { keys: [issuer.publicJwk] });
  await verifier.verify(token);
  expect(requests).toHaveLength(2);
  nowMs = 700_000;
  documents.delete(jwksUrl);
  expect(await verifier.verify(token)).toMatchObject({ subject: "user1" });
  expect(await verifier.verify(token)).toMatchObject({ subject: "user1" });
  expect(requests).toHaveLength(3);
  nowMs = 30_000 + 600_000 + 3_600_000;
  await expect(verifier.verify(token)).rejects.toThrow("HTTP 404");
});

it("reads data: URIs of either encoding without a fetch", async () => {
  const text = JSON.stringify({ keys: [issuer.publicJwk] });
  const { fetch, requests } = fakeFetch(new Map());
  for (const jwks of [
    `data:application/json,${encodeURIComponent(text)}`,
    `DATA:;base64,${Buffer.from(text).toString("base64")}#fragment`,
    `data:image/png;charset=x; base64,${encodeURIComponent(Buffer.from(text).toString("base64"))}`,
  ]) {
    const verifier = new TokenVerifier({ providers: () => [issuer.customJwt("app", jwks)], fetch });
    expect(await verifier.verify(await issuer.sign())).toMatchObject({ subject: "user1" });
  }
  for (const jwks of ["data:", "data:,%zz", "data:;base64,!!!"]) {
    const verifier = new TokenVerifier({ providers: () => [issuer.customJwt("app", jwks)], fetch });
    await expect(verifier.verify(await issuer.sign())).rejects.toMatchObject({ name: "AuthError", status: 401 });
  }
  expect(requests).toEqual([]);
});

it("refuses discovery documents that lead elsewhere", async () => {
  const rs256 = await createTestIssuer("https://id.test", "RS256");
  const discoveryUrl = "https://id.test/.well-known/openid-configuration";
  for (const document of [
    {},
    { issuer: rs256.issuer },
    { issuer: rs256.issuer, jwks_uri: "file:///etc/passwd" },
    { issuer: "https://other.test", jwks_uri: jwksUrl },
  ]) {
    const { fetch } = fakeFetch(
      new Map<string, unknown>([
        [discoveryUrl, document],
        [jwksUrl, { keys: [rs256.publicJwk] }],
      ]),
    );
    const verifier = new TokenVerifier({ providers: () => [rs256.oidc("app")], fetch });
    await expect(verifier.verify(await rs256.sign())).rejects.toMatchObject({ name: "AuthError" });
  }
});
