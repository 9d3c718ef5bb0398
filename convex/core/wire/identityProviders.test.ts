import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { claimAt, identityProviders, noPersonReason, readingOf } from "./identityProviders";

const expanded = (...entries: readonly unknown[]) =>
  identityProviders(JSON.stringify(entries)).map(({ provider }) => provider);
const jwt = (issuer: string, jwks: string, algorithm: string, applicationID?: string) => ({
  type: "customJwt",
  issuer,
  jwks,
  algorithm,
  ...(applicationID === undefined ? {} : { applicationID }),
});

describe("a preset stands for the provider that Convex takes", () => {
  const clerk = "https://verb-noun-00.clerk.accounts.dev";
  const workos = "https://api.workos.com";
  it.each<[string, object, readonly object[]]>([
    ["clerk", { preset: "clerk", domain: `${clerk}/` }, [jwt(clerk, `${clerk}/.well-known/jwks.json`, "RS256")]],
    [
      "clerk with an audience",
      { preset: "clerk", domain: clerk, audience: "convex" },
      [jwt(clerk, `${clerk}/.well-known/jwks.json`, "RS256", "convex")],
    ],
    [
      "workos",
      { preset: "workos", clientId: "client_01" },
      [
        jwt(`${workos}/user_management/client_01`, `${workos}/sso/jwks/client_01`, "RS256"),
        jwt(workos, `${workos}/sso/jwks/client_01`, "RS256", "client_01"),
      ],
    ],
    [
      "auth0",
      { preset: "auth0", domain: "acme.us.auth0.com", audience: "https://api.acme.example" },
      [
        jwt(
          "https://acme.us.auth0.com",
          "https://acme.us.auth0.com/.well-known/jwks.json",
          "RS256",
          "https://api.acme.example",
        ),
      ],
    ],
    [
      "better-auth",
      { preset: "better-auth", domain: "https://app.example", algorithm: "ES256" },
      [jwt("https://app.example", "https://app.example/api/auth/jwks", "ES256", "https://app.example")],
    ],
    [
      "better-auth with its default algorithm",
      { preset: "better-auth", domain: "https://app.example", algorithm: "EdDSA" },
      [{ domain: "https://app.example", applicationID: "https://app.example" }],
    ],
    [
      "convex-better-auth",
      { preset: "convex-better-auth", domain: "https://a-b-1.convex.site" },
      [jwt("https://a-b-1.convex.site", "https://a-b-1.convex.site/api/auth/convex/jwks", "RS256", "convex")],
    ],
    [
      "supabase",
      { preset: "supabase", domain: "https://ref.supabase.co" },
      [
        jwt(
          "https://ref.supabase.co/auth/v1",
          "https://ref.supabase.co/auth/v1/.well-known/jwks.json",
          "ES256",
          "authenticated",
        ),
      ],
    ],
    [
      "oidc",
      { preset: "oidc", domain: "https://id.example", audience: "app" },
      [{ domain: "https://id.example", applicationID: "app" }],
    ],
    [
      "no preset",
      { domain: "id.example", applicationID: "app", tenantClaim: "tid" },
      [{ domain: "https://id.example", applicationID: "app" }],
    ],
    [
      "no preset, with keys of its own",
      jwt("https://id.example", "data:,", "ES256", "app"),
      [jwt("https://id.example", "data:,", "ES256", "app")],
    ],
  ])("%s", (_name, entry, providers) => expect(expanded(entry)).toEqual(providers));
});

describe("an entry that is not right is refused in one line that names it and what to do", () => {
  const good = { preset: "oidc", domain: "https://id.example", audience: "app" };
  it.each<[string, unknown, string]>([
    ["no such preset", { preset: "clerc", domain: "https://id.example" }, "take one of clerk, workos"],
    ["a preset of the prototype", { preset: "constructor" }, "take one of clerk"],
    ["a preset that is no text", { preset: 1 }, "take one of clerk"],
    ["no domain", { preset: "clerk" }, "needs domain; set it to the issuer's URL"],
    ["no client id", { preset: "workos" }, "needs clientId"],
    ["no audience", { preset: "auth0", domain: "https://id.example" }, "needs audience"],
    ["no algorithm", { preset: "better-auth", domain: "https://id.example" }, "needs algorithm"],
    ["another algorithm", { preset: "better-auth", domain: "https://a.example", algorithm: "HS256" }, "one of EdDSA"],
    ["EdDSA with keys", { preset: "supabase", domain: "https://a.example", algorithm: "EdDSA" }, "one of ES256, RS256"],
    ["an unknown field", { ...good, tenantclaim: "x" }, "has a field tenantclaim; it takes"],
    ["a field of another form", { ...good, applicationID: "app" }, "has a field applicationID; it takes"],
    ["a domain that is no URL", { ...good, domain: "not a domain" }, "no URL of an issuer"],
    ["a domain with a query", { ...good, domain: "https://id.example?x" }, "no URL of an issuer"],
    ["a domain with credentials", { ...good, domain: "https://a@id.example" }, "no URL of an issuer"],
    ["a number", { ...good, audience: 5 }, "audience is no text"],
    ["an empty text", { ...good, audience: "" }, "audience is no text"],
    ["claims in a list", { ...good, claims: ["email"] }, "claims is no object"],
    ["an unknown claim", { ...good, claims: { mail: "x" } }, "claims.mail is not known"],
    ["a claim of no name", { ...good, claims: { email: 1 } }, "claims.email is not known or no text"],
    ["a tenant claim that is no text", { ...good, tenantClaim: ["a"] }, "tenantClaim is no text"],
    ["a truth of another kind", { ...good, verifiesEmail: "yes" }, "verifiesEmail is neither"],
    ["no object", 5, "is no object"],
    ["a list", [good], "is no object"],
    ["neither preset nor provider", {}, "needs domain and applicationID"],
    ["another type", { type: "saml" }, "there is no type saml"],
    ["no keys", { type: "customJwt", issuer: "https://id.example", algorithm: "ES256" }, "needs issuer and jwks"],
    ["a customJwt of EdDSA", jwt("https://id.example", "data:,", "EdDSA"), "algorithm must be RS256 or ES256"],
  ])("%s", (_name, entry, text) => {
    const list = JSON.stringify([{ ...good, domain: "https://first.example" }, entry]);
    expect(() => identityProviders(list)).toThrow(text);
    expect(() => identityProviders(list)).toThrow(/^AUTH_PROVIDERS, entry 2[^\n]+[.;]$/);
  });

  it.each(["", "{", "{}", "null", '"a"'])("the list %j", (text) => {
    expect(() => identityProviders(text)).toThrow(/^AUTH_PROVIDERS is [^\n]+\.$/);
  });

  it("that says other things of the tokens of an issuer", () => {
    const clerk = { preset: "clerk", domain: "https://id.example", audience: "a" };
    for (const other of [
      { preset: "auth0", domain: "https://id.example/", audience: "b" },
      { ...clerk, audience: "b", tenantClaim: "org" },
      { ...clerk, audience: "b", verifiesEmail: true },
      { ...clerk, audience: "b", claims: { email: "mail" } },
    ])
      expect(() => expanded(clerk, other)).toThrow("entry 2 reads tokens of https://id.example otherwise than");
    expect(() => expanded(clerk, { ...clerk })).toThrow("entry 2 has issuer and audience of AUTH_PROVIDERS, entry 1");
    expect(expanded(clerk, { ...clerk, audience: "b" })).toHaveLength(2);
  });
});

describe("the organization's claim", () => {
  const claimOf = (entry: object, identity: Readonly<Record<string, unknown>>) => {
    const [provider] = identityProviders(JSON.stringify([entry]));
    return claimAt(identity, provider?.reading.tenantClaim(identity) ?? "");
  };
  const clerk = { preset: "clerk", domain: "https://c.example" };

  it("is read nested and under its dotted name", () => {
    for (const shape of [
      { o: { id: "org_1", rol: "admin", per: "read", fpm: "3" } },
      { "o.id": "org_1", "o.fpm": "3" },
    ])
      expect(claimOf(clerk, { v: 2, ...shape })).toBe("org_1");
    const supabase = { preset: "supabase", domain: "https://s.example" };
    for (const shape of [{ app_metadata: { org_id: "org_1" } }, { "app_metadata.org_id": "org_1" }])
      expect(claimOf(supabase, shape)).toBe("org_1");
  });

  it("is the one of the token's version and no other", () => {
    expect(claimOf(clerk, { org_id: "org_1", org_role: "org:admin" })).toBe("org_1");
    expect(claimOf(clerk, { v: 2, org_id: "org_1" })).toBeUndefined();
    expect(claimOf(clerk, { "o.id": "org_1" })).toBeUndefined();
    expect(claimOf(clerk, { v: 2, "o.id": "org_2", org_id: "org_1" })).toBe("org_2");
  });

  it("is no text where two shapes differ, or an object is none", () => {
    for (const identity of [
      { v: 2, "o.id": "org_1", o: { id: "org_2" } },
      { v: 2, o: "org_1" },
      { v: 2, o: ["org_1"] },
      { v: 2, "o.id.x": "org_1" },
    ])
      expect(claimOf(clerk, identity)).not.toEqual(expect.any(String));
    expect(claimOf({ ...clerk, tenantClaim: "org" }, { "org.id": "org_1" })).not.toEqual(expect.any(String));
  });

  it("never comes from a prototype", () => {
    for (const path of ["constructor.name", "o.constructor.name", "__proto__.x", "o.toString"])
      expect(claimAt({ o: {} }, path)).not.toEqual(expect.any(String));
  });

  it("reads alike in both shapes, whatever the objects", () => {
    const word = fc.stringMatching(/^[a-z_]{1,6}$/);
    const objects = fc.object({ key: word, maxDepth: 3, values: [fc.string(), fc.integer(), fc.boolean()] });
    fc.assert(
      fc.property(objects, fc.array(word, { minLength: 1, maxLength: 3 }), (claims, parts) => {
        const path = parts.join(".");
        const [nested, flat] = [claimAt(claims, path), claimAt(Object.fromEntries(flattened("", claims)), path)];
        const textOf = (value: unknown) => (typeof value === "string" ? value : undefined);
        expect(textOf(flat)).toBe(textOf(nested));
      }),
    );
  });
});

/** As Convex flattens the claims of `customJwt` providers. */
function flattened(prefix: string, value: unknown): [string, unknown][] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [[prefix, value]];
  return Object.entries(value).flatMap(([key, inner]) => flattened(prefix === "" ? key : `${prefix}.${key}`, inner));
}

it.each<[string, object, Readonly<Record<string, unknown>>, boolean]>([
  ["a session of Clerk", { preset: "clerk", domain: "https://i.example" }, { subject: "user_1", sid: "sess_1" }, true],
  ["a machine of Clerk", { preset: "clerk", domain: "https://i.example" }, { subject: "mch_1" }, false],
  [
    "an OAuth application of Clerk",
    { preset: "clerk", domain: "https://i.example" },
    { subject: "user_1", client_id: "a" },
    false,
  ],
  [
    "an application of Auth0",
    { preset: "auth0", domain: "https://i.example", audience: "a" },
    { subject: "x@clients" },
    false,
  ],
  [
    "client credentials of Auth0",
    { preset: "auth0", domain: "https://i.example", audience: "a" },
    { subject: "x", gty: "client-credentials" },
    false,
  ],
  ["a person of Auth0", { preset: "auth0", domain: "https://i.example", audience: "a" }, { subject: "auth0|1" }, true],
  [
    "an anonymous user of Supabase",
    { preset: "supabase", domain: "https://i.example" },
    { subject: "1", role: "authenticated", is_anonymous: true },
    false,
  ],
  [
    "the service role of Supabase",
    { preset: "supabase", domain: "https://i.example" },
    { subject: "1", role: "service_role" },
    false,
  ],
  [
    "a person of Supabase",
    { preset: "supabase", domain: "https://i.example" },
    { subject: "1", role: "authenticated", is_anonymous: false },
    true,
  ],
])("%s", (_name, entry, identity, isPerson) => {
  const [provider] = identityProviders(JSON.stringify([entry]));
  expect(provider && noPersonReason(identity, provider.reading) === undefined).toBe(isPerson);
});

it("finds the reading of an issuer in every spelling, and of none that is not configured", () => {
  const text = JSON.stringify([{ preset: "oidc", domain: "id.example", audience: "a", tenantClaim: "tid" }]);
  for (const issuer of ["https://id.example", "https://id.example/", "id.example"])
    expect(readingOf(text, issuer).tenantClaim({})).toBe("tid");
  for (const issuer of ["http://id.example", "https://id.example.evil", "https://ID.example"])
    expect(readingOf(text, issuer).tenantClaim({})).toBe("org_id");
});
