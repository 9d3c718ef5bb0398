import { createServer } from "node:http";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { createTestIssuer } from "../../host/auth/testIssuer.testing";
import { startTestPortico } from "../../scripts/portico/testPortico.testing";
import { send } from "./client.testing";
import { functionAnswer, restAnswer, syncAnswer } from "./doors.testing";
import { expectProblem } from "./hostile.testing";
import type { AddressInfo, Server } from "node:net";
import type { TestIssuer } from "../../host/auth/testIssuer.testing";
import type { TestPortico } from "../../scripts/portico/testPortico.testing";

/**
 * Tokens as each identity provider's documentation shows them, signed by issuers of our own, through a whole deployment:
 * what of a token reaches the user, and which organization its requests act in.
 */

type Claims = Readonly<Record<string, unknown>>;

/** An identity provider as an operator configures it, and how its tokens look. */
interface Subject {
  readonly name: string;
  readonly algorithm: "RS256" | "ES256" | "EdDSA";
  /** The `iss` of its tokens; `here` is where a local issuer serves discovery and keys. */
  readonly issuer: (here: string) => string;
  readonly entry: (here: string, jwks: string) => Claims;
  readonly sub: (person: string) => string;
  /** What each of its tokens carries. */
  readonly always: (sub: string) => Claims;
  /** What names the active organization. */
  readonly organization: (id: string) => Claims;
  /** What describes a person, as far as the operator has the provider put it into tokens. */
  readonly person: (email: string, isVerified: boolean | undefined) => Claims;
  /** Tokens of the provider that are no person's. */
  readonly machines: readonly Claims[];
  readonly hasPicture: boolean;
}

const picture = "https://img.example.com/ada.png";
const standardPerson = (email: string, isVerified: boolean | undefined): Claims => ({
  email,
  ...(isVerified === undefined ? {} : { email_verified: isVerified }),
  name: "Ada Lovelace",
  picture,
});
const clerkAlways = (): Claims => ({ azp: "https://app.example.com", sid: "sess_2ab", fva: [7, -1], sts: "active" });
const clerkMachines: readonly Claims[] = [
  { sub: "mch_2x9Hv", scopes: "mch_1 mch_2" },
  { sub: "user_2oauth", client_id: "client_9", scope: "profile email", jti: "oat_1" },
];
const betterAuthPerson = (email: string, isVerified: boolean | undefined): Claims => ({
  email,
  ...(isVerified === undefined ? {} : { emailVerified: isVerified }),
  name: "Ada Lovelace",
  image: picture,
  createdAt: "2026-01-15T10:30:00.000Z",
  updatedAt: "2026-01-15T10:30:00.000Z",
});

const subjects: readonly Subject[] = [
  {
    name: "Clerk, session token v2",
    algorithm: "RS256",
    issuer: () => "https://v2-00.clerk.accounts.dev",
    entry: (_here, jwks) => ({ preset: "clerk", domain: "https://v2-00.clerk.accounts.dev", jwks }),
    sub: (person) => `user_2${person}`,
    always: () => ({ ...clerkAlways(), v: 2, pla: "u:free", fea: "u:dark_mode" }),
    // `per` and `fpm` say which permissions of which features: read past, since roles come from memberships.
    organization: (id) => ({ o: { id, slg: "acme", rol: "admin", per: "read,manage", fpm: "3,2" } }),
    person: standardPerson,
    machines: clerkMachines,
    hasPicture: true,
  },
  {
    name: "Clerk, session token v1",
    algorithm: "RS256",
    issuer: () => "https://clerk.v1.example.com",
    entry: (_here, jwks) => ({ preset: "clerk", domain: "clerk.v1.example.com", jwks, audience: "convex" }),
    sub: (person) => `user_1${person}`,
    always: () => ({ ...clerkAlways(), aud: "convex" }),
    organization: (id) => ({ org_id: id, org_slug: "acme", org_role: "org:admin", org_permissions: ["org:a:read"] }),
    person: standardPerson,
    machines: clerkMachines.map((claims) => ({ ...claims, aud: "convex" })),
    hasPicture: true,
  },
  {
    name: "WorkOS, access token",
    algorithm: "RS256",
    issuer: () => "https://api.workos.com/user_management/client_01TEST",
    entry: (_here, jwks) => ({ preset: "workos", clientId: "client_01TEST", jwks }),
    sub: (person) => `user_01${person}`,
    always: () => ({ sid: "session_01HQ", jti: "01HQSXZX", entitlements: ["audit-logs"] }),
    organization: (id) => ({ org_id: id, role: "admin", roles: ["admin"], permissions: ["posts:read"] }),
    person: standardPerson,
    machines: [{ sub: "client_01M2M", org_id: "org_01" }],
    hasPicture: true,
  },
  {
    name: "Auth0 Organizations, access token of two audiences",
    algorithm: "RS256",
    issuer: () => "https://acme.us.auth0.com/",
    entry: (_here, jwks) => ({
      preset: "auth0",
      domain: "acme.us.auth0.com",
      audience: "https://api.acme.example",
      jwks,
      claims: {
        email: "https://acme.example/email",
        emailVerified: "https://acme.example/email_verified",
        name: "https://acme.example/name",
        picture: "https://acme.example/picture",
      },
    }),
    sub: (person) => `auth0|${person}`,
    always: () => ({
      aud: ["https://api.acme.example", "https://acme.us.auth0.com/userinfo"],
      azp: "my_client_id",
      scope: "openid profile",
    }),
    organization: (id) => ({ org_id: id, org_name: "acme" }),
    person: (email, isVerified) => ({
      "https://acme.example/email": email,
      ...(isVerified === undefined ? {} : { "https://acme.example/email_verified": isVerified }),
      "https://acme.example/name": "Ada Lovelace",
      "https://acme.example/picture": picture,
    }),
    machines: [{ sub: "id@clients", gty: "client-credentials", aud: "https://api.acme.example" }],
    hasPicture: true,
  },
  {
    name: "Better Auth, ES256",
    algorithm: "ES256",
    issuer: () => "https://app.better.example",
    entry: (_here, jwks) => ({ preset: "better-auth", domain: "https://app.better.example", algorithm: "ES256", jwks }),
    sub: (person) => `ba${person}`,
    always: (sub) => ({ id: sub, aud: "https://app.better.example" }),
    organization: (id) => ({ activeOrganizationId: id }),
    person: betterAuthPerson,
    machines: [],
    hasPicture: true,
  },
  {
    name: "Better Auth, EdDSA by discovery",
    algorithm: "EdDSA",
    issuer: (here) => here,
    entry: (here) => ({ preset: "better-auth", domain: here, algorithm: "EdDSA" }),
    sub: (person) => `bd${person}`,
    always: (sub) => ({ id: sub }),
    organization: (id) => ({ activeOrganizationId: id }),
    person: betterAuthPerson,
    machines: [],
    hasPicture: true,
  },
  {
    name: "@convex-dev/better-auth",
    algorithm: "RS256",
    issuer: () => "https://happy-animal-1.convex.site",
    entry: (_here, jwks) => ({ preset: "convex-better-auth", domain: "https://happy-animal-1.convex.site", jwks }),
    sub: (person) => `cb${person}`,
    always: () => ({ aud: "convex", sessionId: "k57abc" }),
    organization: (id) => ({ activeOrganizationId: id }),
    person: (email, isVerified) => {
      const { image: _left, ...claims } = betterAuthPerson(email, isVerified);
      return claims;
    },
    machines: [],
    hasPicture: false,
  },
  {
    name: "Supabase",
    algorithm: "ES256",
    issuer: () => "https://ref.supabase.co/auth/v1",
    entry: (_here, jwks) => ({ preset: "supabase", domain: "https://ref.supabase.co", jwks }),
    sub: (person) => `123e4567-e89b-12d3-a456-${person.padStart(12, "0")}`,
    always: () => ({
      aud: "authenticated",
      role: "authenticated",
      aal: "aal1",
      session_id: "s",
      is_anonymous: false,
      amr: [{ method: "password", timestamp: 1_640_991_600 }],
    }),
    organization: (id) => ({ app_metadata: { provider: "email", providers: ["email"], org_id: id } }),
    person: (email, isVerified) => ({
      email,
      phone: "",
      ...(isVerified === undefined ? {} : { email_verified: isVerified }),
      // What users write themselves says their name, and verifies nothing.
      user_metadata: { email, email_verified: true, full_name: "Ada Lovelace", avatar_url: picture, org_id: "theirs" },
    }),
    machines: [
      { sub: "anonymous-1", aud: "authenticated", role: "authenticated", is_anonymous: true },
      { sub: "service", aud: "authenticated", role: "service_role" },
    ],
    hasPicture: true,
  },
  {
    name: "plain OIDC, nested claims",
    algorithm: "RS256",
    issuer: (here) => here,
    entry: (here) => ({ preset: "oidc", domain: here, audience: "app", tenantClaim: "o.id" }),
    sub: (person) => `oidc-${person}`,
    always: () => ({ aud: "app", given_name: "Ada", family_name: "Lovelace" }),
    organization: (id) => ({ o: { id, rol: "admin" } }),
    person: standardPerson,
    machines: [],
    hasPicture: true,
  },
];

/** An issuer on this machine: its keys, and a place where OpenID Connect discovers them. */
interface Local {
  readonly issuer: TestIssuer;
  readonly server: Server;
  readonly here: string;
  readonly entry: Claims;
}

async function openLocal(subject: Subject): Promise<Local> {
  let answers = new Map<string, unknown>();
  const server = createServer((request, response) => {
    response.setHeader("content-type", "application/json").end(JSON.stringify(answers.get(request.url ?? "") ?? null));
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const { port }: AddressInfo = Object(server.address());
  const here = `http://127.0.0.1:${port}`;
  const issuer = await createTestIssuer(subject.issuer(here), subject.algorithm);
  const keys = { keys: [issuer.publicJwk] };
  answers = new Map<string, unknown>([
    ["/.well-known/openid-configuration", { issuer: here, jwks_uri: `${here}/keys` }],
    ["/keys", keys],
  ]);
  const jwks = `data:text/plain;base64,${Buffer.from(JSON.stringify(keys)).toString("base64")}`;
  return { issuer, server, here, entry: subject.entry(here, jwks) };
}

let portico: TestPortico;
const locals = new Map<string, Local>();

beforeAll(async () => {
  for (const subject of subjects) locals.set(subject.name, await openLocal(subject));
  vi.stubEnv("AUTH_PROVIDERS", JSON.stringify(Array.from(locals.values(), ({ entry }) => entry)));
  portico = await startTestPortico();
});
afterAll(async () => {
  vi.unstubAllEnvs();
  for (const { server } of locals.values()) server.close();
  await portico.close();
});

describe.each(subjects)("$name", (subject) => {
  const tokenOf = (person: string, ...claims: readonly Claims[]): Promise<string> => {
    const local = locals.get(subject.name);
    if (!local) throw new Error("The issuer was opened before.");
    const sub = subject.sub(person);
    const always = { aud: undefined, ...(subject.issuer(local.here) === local.here ? { aud: local.here } : {}) };
    return local.issuer.sign(Object.assign({ ...always, ...subject.always(sub), sub }, ...claims), { typ: "JWT" });
  };
  const addressOf = (person: string): string =>
    `${person}@${subject.name
      .toLowerCase()
      .replace(/[^a-z0-9]+/gu, "-")
      .replace(/^-|-$/gu, "")}.example`;
  const me = async (token: string) => {
    const answer = await send(portico, "GET", "/v1/me", token);
    expect(answer.status, answer.text).toBe(200);
    return answer.body;
  };

  it("makes a user of a token that says nothing but who it is", async () => {
    const user = await me(await tokenOf("1"));
    expect(user).toMatchObject({ externalId: subject.sub("1"), emailVerified: false, name: "Unnamed user" });
    expect(user).not.toHaveProperty("email");
    expect(await restAnswer(portico, await tokenOf("1"))).toMatchObject({ status: 400 });
  });

  it("takes name, picture and a verified address", async () => {
    const user = await me(await tokenOf("2", subject.person(addressOf("ada"), true)));
    expect(user).toMatchObject({ email: addressOf("ada"), emailVerified: true, name: "Ada Lovelace" });
    expect(user["imageUrl"]).toBe(subject.hasPicture ? picture : undefined);
    const again = await tokenOf("2", subject.person(addressOf("ada"), true));
    expect((await send(portico, "POST", "/v1/me/sync", again, {})).body).toMatchObject({ id: user["id"] });
  });

  it.each([
    ["unverified", false],
    ["of which the token does not say", undefined],
  ] as const)("takes no address that is %s", async (_title, isVerified) => {
    const person = isVerified === undefined ? "3" : "4";
    const user = await me(await tokenOf(person, subject.person(addressOf("eve"), isVerified)));
    expect(user).toMatchObject({ emailVerified: false, name: "Ada Lovelace" });
    expect(user).not.toHaveProperty("email");
  });

  it("acts in the organization that the token names, at every door, and in another after a switch", async () => {
    const ids: string[] = [];
    for (const name of ["org_A", "org_B"]) {
      const externalId = `${name}-${subject.name.replace(/[^a-z0-9]+/giu, "-")}`;
      const made = await send(portico, "POST", "/v1/organizations", await tokenOf("5"), { name, externalId });
      expect(made.status, made.text).toBe(201);
      ids.push(String(made.body["id"]));
      const token = await tokenOf("5", subject.organization(externalId));
      const expected = { status: 200, text: made.body["id"] };
      expect(await restAnswer(portico, token)).toEqual(expected);
      expect(await functionAnswer(portico, token)).toEqual(expected);
      expect(await syncAnswer(portico, token)).toEqual(expected);
      // Somebody else's token of the same organization is no member's.
      const stranger = await tokenOf("6", subject.organization(externalId));
      expect(await restAnswer(portico, stranger)).toMatchObject({ status: 403 });
    }
    // A session without an organization acts in the user's own choice, which was the first.
    expect(await restAnswer(portico, await tokenOf("5"))).toEqual({ status: 200, text: ids[0] });
    const elsewhere = { "portico-organization": ids[1] ?? "" };
    const named = await send(portico, "GET", "/v1/me/permissions", await tokenOf("5"), undefined, elsewhere);
    expect(named.body["organizationId"]).toBe(ids[1]);
  });

  it("refuses an organization that nobody knows here, whatever else is named", async () => {
    const token = await tokenOf("5", subject.organization("org_unknown"));
    const expected = { status: 403, text: "The caller is not a member of the named organization." };
    expect(await restAnswer(portico, token)).toEqual(expected);
    expect(await functionAnswer(portico, token)).toEqual(expected);
    const answer = await send(portico, "GET", "/v1/me/permissions", token, undefined, {
      "portico-organization": "acme",
    });
    expectProblem(answer, 403, "tenant_mismatch");
  });

  it.each(["an organization that is no text", "several organizations"])("refuses %s", async (title) => {
    const claims = JSON.parse(
      JSON.stringify(subject.organization("MARK")).replaceAll(
        '"MARK"',
        title.startsWith("several") ? '["a","b"]' : "5",
      ),
    );
    const token = await tokenOf("5", claims);
    for (const door of [restAnswer, functionAnswer, syncAnswer])
      expect(await door(portico, token)).toEqual({
        status: 401,
        text: expect.stringContaining("must be one organization's id, as a text"),
      });
  });

  it("lets no machine in as a person", async () => {
    for (const claims of subject.machines) {
      const token = await tokenOf("7", { aud: undefined }, claims);
      const answers = [
        await restAnswer(portico, token),
        await functionAnswer(portico, token),
        await syncAnswer(portico, token),
      ];
      expect(answers).toEqual(Array.from({ length: 3 }, () => ({ status: 401, text: answers[0]?.text })));
      expect(answers[0]?.text).toMatch(/^The token /u);
      expectProblem(await send(portico, "POST", "/v1/me/sync", token, {}), 401, "unauthenticated");
    }
  });
});

it("left no failure in the log", () => {
  expect(portico.logLines.filter((line) => line.includes("[ERROR]"))).toEqual([]);
});
