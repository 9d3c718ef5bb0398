import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { importJWK, SignJWT } from "jose";
import { developmentApplicationId, developmentIssuerUrl } from "../../host/development/issuer";
import { startTestPortico } from "../../scripts/portico/testPortico.testing";
import { send } from "./client.testing";
import { expectProblem } from "./hostile.testing";
import { unknownIdLike } from "./world.testing";
import type { Answer } from "./client.testing";
import type { TestPortico } from "../../scripts/portico/testPortico.testing";

let portico: TestPortico;
let victim: Organization;
let attacker: Organization;

interface Organization {
  readonly id: string;
  readonly slug: string;
  /** A token of its owner that names no organization. */
  readonly token: string;
}

const externalId = "5d0a1c9e-victim-tenant";
let number = 0;

beforeAll(async () => {
  portico = await startTestPortico();
  victim = await newOrganization("victim", { externalId });
  attacker = await newOrganization("attacker", { slug: "attacker-inc" });
});
afterAll(() => portico.close());

/** Signs any claims for `sub`, as an identity provider with odd habits would. */
async function tokenOf(sub: string, claims: Readonly<Record<string, unknown>> = {}): Promise<string> {
  const keyText = await readFile(path.join(portico.dataDirectory, "development-issuer.json"), "utf8");
  const { kid }: { kid: string } = JSON.parse(keyText);
  const nowS = Math.floor(Date.now() / 1000);
  return new SignJWT({ email: `${sub}@names.example`, email_verified: true, name: sub, ...claims })
    .setProtectedHeader({ alg: "ES256", kid, typ: "JWT" })
    .setIssuer(developmentIssuerUrl)
    .setAudience(developmentApplicationId)
    .setSubject(sub)
    .setIssuedAt(nowS)
    .setExpirationTime(nowS + 3600)
    .sign(await importJWK(JSON.parse(keyText), "ES256"));
}

async function newOrganization(sub: string, fields: Readonly<Record<string, string>> = {}): Promise<Organization> {
  const token = await tokenOf(sub);
  expect((await send(portico, "POST", "/v1/me/sync", token, {})).status).toBe(200);
  const { status, body, text } = await create(token, { name: `${sub} ${(number += 1)}`, ...fields });
  expect(status, text).toBe(201);
  return { id: String(body["id"]), slug: String(body["slug"]), token };
}

const create = (token: string, fields: Readonly<Record<string, string>>) =>
  send(portico, "POST", "/v1/organizations", token, { name: "Names", ...fields });
const change = ({ id, token }: Organization, fields: Readonly<Record<string, string>>) =>
  send(portico, "PATCH", `/v1/organizations/${id}`, token, fields);
const permissions = (token: string, headers: Readonly<Record<string, string>> = {}) =>
  send(portico, "GET", "/v1/me/permissions", token, undefined, headers);

function expectTaken(answer: Answer, code: string, pointer: string): void {
  expectProblem(answer, 409, code);
  expect(answer.body["errors"]).toEqual([expect.objectContaining({ pointer, code })]);
}

describe("a name of one organization", () => {
  it("is refused to another as a slug, made or renamed", async () => {
    expectTaken(await create(attacker.token, { slug: externalId }), "slug_taken", "/slug");
    expectTaken(await create(attacker.token, { slug: victim.slug }), "slug_taken", "/slug");
    expectTaken(await change(attacker, { slug: externalId }), "slug_taken", "/slug");
    expectTaken(await change(attacker, { slug: victim.slug }), "slug_taken", "/slug");
  });

  it("is refused to another as an external id, made or set later", async () => {
    for (const name of [externalId, victim.slug, victim.id]) {
      expectTaken(await create(attacker.token, { externalId: name }), "external_id_taken", "/externalId");
      expectTaken(await change(attacker, { externalId: name }), "external_id_taken", "/externalId");
    }
    expectTaken(await change(attacker, { externalId: attacker.id }), "external_id_taken", "/externalId");
  });

  it("may be both slug and external id of the same organization", async () => {
    const { id, token } = await newOrganization("both", { slug: "both-names", externalId: "both-names" });
    expect((await permissions(token, { "portico-organization": "both-names" })).body["organizationId"]).toBe(id);
    const claimed = await tokenOf("both", { org_id: "both-names" });
    expect((await permissions(claimed)).body["organizationId"]).toBe(id);
  });

  it("stays taken while it is in the trash, and comes back with it", async () => {
    const deleted = await newOrganization("trash", { slug: "in-the-trash", externalId: "trash-tenant" });
    const address = `/v1/organizations/${deleted.id}`;
    expect((await send(portico, "DELETE", `${address}?confirmSlug=in-the-trash`, deleted.token)).status).toBe(204);
    expectTaken(await create(attacker.token, { slug: "trash-tenant" }), "slug_taken", "/slug");
    expectTaken(await create(attacker.token, { externalId: "in-the-trash" }), "external_id_taken", "/externalId");
    expect((await send(portico, "POST", `${address}/restore`, deleted.token, {})).status).toBe(200);
  });

  it("is not made from the name of a new organization either", async () => {
    const { body } = await create(attacker.token, { name: externalId });
    expect(body["slug"]).toMatch(new RegExp(`^${externalId}-.{4}$`));
  });
});

describe("the form of a name", () => {
  it("is not that of an organization's id", async () => {
    for (const id of [victim.id, unknownIdLike(victim.id)]) {
      expectTaken(await create(attacker.token, { slug: id }), "slug_taken", "/slug");
      expectTaken(await change(attacker, { slug: id }), "slug_taken", "/slug");
      expectTaken(await create(attacker.token, { externalId: id }), "external_id_taken", "/externalId");
      expectTaken(await change(attacker, { externalId: id }), "external_id_taken", "/externalId");
    }
  });

  it.each(["a\u0000", "\u0000", "a\nb", "a\u007f", "a\u0085b", "\ud800", ""])(
    "of an external id has no %j",
    async (text) => {
      expectProblem(await create(attacker.token, { externalId: text }), 400, "validation_failed");
      expectProblem(await change(attacker, { externalId: text }), 400, "validation_failed");
    },
  );
});

describe("a token's claim", () => {
  it("is read as id or external id, a header and a path as id or slug", async () => {
    for (const claim of [victim.id, externalId]) {
      const token = await tokenOf("victim", { org_id: claim });
      const answers = [
        await permissions(token),
        await permissions(token, { "portico-organization": victim.slug }),
        await permissions(token, { "portico-organization": victim.id }),
        // Says what the claim says, and no more.
        await permissions(token, { "portico-organization": claim }),
      ];
      for (const { status, body } of answers) expect([status, body["organizationId"]]).toEqual([200, victim.id]);
      const me = await send(portico, "GET", "/v1/me", token);
      expect(Object(me.body["organization"]).id).toBe(victim.id);
    }
    const bySlug = await tokenOf("victim", { org_id: victim.slug });
    expectProblem(await permissions(bySlug), 403, "not_a_member");
    expectProblem(await permissions(bySlug, { "portico-organization": victim.slug }), 403, "not_a_member");
    expect((await send(portico, "GET", `/v1/organizations/${victim.slug}`, victim.token)).status).toBe(200);
    expectProblem(await send(portico, "GET", `/v1/organizations/${externalId}`, victim.token), 404, "not_found");
    expectProblem(await permissions(victim.token, { "portico-organization": externalId }), 403, "not_a_member");
  });

  it("leads to its own organization after every try to take the name over", async () => {
    const token = await tokenOf("victim", { org_id: externalId });
    await create(attacker.token, { slug: externalId });
    await change(attacker, { slug: externalId });
    const created = await send(portico, "POST", "/v1/items", token, { name: "victim's secret" });
    expect([created.status, created.body["organizationId"]]).toEqual([201, victim.id]);
  });

  it.each([
    ["a list", ["x"]],
    ["an empty list", []],
    ["a number", 5],
    ["zero", 0],
    ["an object", { id: "x" }],
    ["true", true],
    ["false", false],
  ])("that is %s is refused, whatever the header says", async (_title, claim) => {
    const token = await tokenOf("victim", { org_id: claim });
    for (const headers of [{}, { "portico-organization": victim.id }]) {
      const answer = await permissions(token, headers);
      expectProblem(answer, 401, "unauthenticated");
      expect(answer.body["detail"]).toContain("org_id");
    }
  });

  it.each([
    ["null", null],
    ["empty", ""],
  ])("that is %s counts as absent", async (_title, claim) => {
    const token = await tokenOf("victim", { org_id: claim });
    const { status, body } = await permissions(token, { "portico-organization": victim.id });
    expect([status, body["organizationId"]]).toEqual([200, victim.id]);
  });
});

it("answers a machine's header with another tenant's name by a mismatch", async () => {
  const made = await send(portico, "POST", "/v1/api-keys", victim.token, { name: "machine", scopes: ["item:read"] });
  const key = String(made.body["key"]);
  for (const [name, status] of [
    [victim.id, 200],
    [victim.slug, 200],
    [externalId, 403],
    [attacker.id, 403],
  ] as const) {
    const answer = await send(portico, "GET", "/v1/items", key, undefined, { "portico-organization": name });
    expect([name, answer.status], answer.text).toEqual([name, status]);
  }
});
