import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { sha256Hex } from "../core/wire/secrets";
import { bearerOf, credentialOf, refusalOf } from "./credentials";

const headersOf = (authorization: string) => new Headers({ authorization });

describe("bearerOf", () => {
  it.each([
    ["Bearer abc", "abc"],
    ["bearer abc", "abc"],
    ["BEARER sk_live_x", "sk_live_x"],
    ["Bearer abc ", "abc"],
  ])("reads %j", (header, token) => expect(bearerOf(headersOf(header))).toBe(token));

  it("finds none without the header", () => {
    expect(bearerOf(new Headers())).toBeUndefined();
    expect(bearerOf(headersOf(""))).toBeUndefined();
  });

  it.each([
    "abc",
    "Bearer",
    "Bearer  abc",
    "Bearer a b",
    "Basic YTpi",
    "Convex key",
    "Bearer a, Bearer b",
    `Bearer ${"a".repeat(8192)}`,
    "Token abc",
    "Bearerabc",
  ])("refuses %j", (header) => {
    expect(() => bearerOf(headersOf(header))).toThrow(expect.objectContaining({ code: "unauthenticated" }));
  });

  it("refuses two headers, which fetch joins into one", () => {
    const headers = headersOf("Bearer a");
    headers.append("authorization", "Bearer b");
    expect(() => bearerOf(headers)).toThrow(expect.objectContaining({ code: "unauthenticated" }));
  });
});

describe("credentialOf", () => {
  it.each([
    ["sk_live_abc", "apiKey"],
    ["agt_abc", "agent"],
    ["enr_abc", "enrollment"],
  ])("knows %s by its prefix, and keeps its hash alone", async (token, kind) => {
    expect(await credentialOf(token)).toEqual({ kind, hash: await sha256Hex(token) });
  });
  it.each([undefined, "eyJhbGciOi.x.y", "SK_abc", "sk-abc", "con", "__proto__"])(
    "leaves %s to Convex",
    async (token) => {
      expect(await credentialOf(token)).toBeUndefined();
    },
  );
});

describe("refusalOf", () => {
  const nowMs = 1_800_000_000_000;
  const nowS = nowMs / 1000;
  const providers = [
    { type: "customJwt", issuer: "https://id.example", jwks: "data:,", algorithm: "ES256", applicationID: "portico" },
    { domain: "other.example", applicationID: "app" },
  ];
  beforeEach(() => vi.stubEnv("AUTH_PROVIDERS", JSON.stringify(providers)));
  afterEach(() => vi.unstubAllEnvs());
  const token = (claims: unknown) => `h.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.s`;
  const good = { iss: "https://id.example/", aud: "portico", exp: nowS + 60 };

  it.each<[string, string, string]>([
    ["an expired token", token({ ...good, exp: nowS }), "The token has expired."],
    ["a token of the future", token({ ...good, nbf: nowS + 1 }), "The token is not valid yet."],
    ["another issuer", token({ ...good, iss: "https://evil.example" }), "The token's issuer is not known here."],
    ["no issuer", token({ ...good, iss: undefined }), "The token's issuer is not known here."],
    ["another audience", token({ ...good, aud: ["a", "b"] }), "The token is for another audience."],
    ["a wrong signature", token(good), "The token's signature or claims were refused."],
    [
      "an audience in a list, and an issuer without scheme",
      token({ iss: "https://other.example", aud: ["x", "app"], exp: nowS + 60 }),
      "The token's signature or claims were refused.",
    ],
    ["one part", "nonsense", "The token is not a JWT."],
    ["no base64url", "h.???.s", "The token is not a JWT."],
    ["no JSON", `h.${Buffer.from("{").toString("base64url")}.s`, "The token is not a JWT."],
    ["no object", token(5), "The token is not a JWT."],
    ["claims of wrong types", token({ iss: {}, aud: 5, exp: "x", nbf: null }), "The token's issuer is not known here."],
  ])("explains %s", (_name, value, reason) => expect(refusalOf(value, nowMs)).toBe(reason));

  it("never repeats anything of the token", () => {
    const marked = token({ ...good, iss: "marked", aud: "marked", sub: 'marked"' });
    expect(refusalOf(marked, nowMs)).not.toContain("marked");
  });
});
