import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestPortico } from "../../scripts/portico/testPortico.testing";
import document from "../openapi.json" with { type: "json" };
import { send } from "./client.testing";
import type { TestPortico } from "../../scripts/portico/testPortico.testing";

/** A first sign-in that is refused is the same problem on every route, and never an internal error. */

let portico: TestPortico;

beforeAll(async () => {
  portico = await startTestPortico();
});
afterAll(() => portico.close());

/** A user's token with just the claims of a test: `email` and `email_verified` are as an identity provider leaves them out. */
function tokenOf(sub: string, claims: { readonly email?: string; readonly email_verified?: boolean }): Promise<string> {
  return portico.issuer.mintUserToken({ sub, name: `Person ${sub}`, ...claims }, 3600);
}

const routes = Object.entries(document.paths).flatMap(([path, item]) =>
  Object.keys(item)
    .filter((method) => ["get", "post", "put", "patch", "delete"].includes(method))
    .map((method) => ({ method: method.toUpperCase(), path: path.replaceAll(/\{\w+\}/gu, "any-name") })),
);

it("with the verified address of another user is refused alike", async () => {
  const claims = { email: "owner@acme.example", email_verified: true };
  const token = await portico.issuer.mintUserToken({ sub: "second-login", name: "Second", ...claims }, 3600);
  const codes: unknown[] = [];
  for (const { method, path } of routes) {
    const answer = await send(portico, method, path, token, method === "GET" || method === "DELETE" ? undefined : {});
    expect(answer.status, `${method} ${path}: ${answer.text}`).not.toBe(500);
    codes.push(answer.body["code"]);
  }
  expect(codes.filter((code) => code === "email_taken").length).toBeGreaterThan(80);
});

describe("an address that is not verified", () => {
  it.each([
    ["of another user", { email: "owner@acme.example", email_verified: false }],
    ["of nobody", { email: "new@acme.example" }],
    ["of no usable form", { email: "u@b\u0000.example", email_verified: true }],
    ["that is missing", {}],
  ])("%s does not keep its bearer out, and is not kept", async (title, claims) => {
    const token = await tokenOf(title, claims);
    const { status, body, text } = await send(portico, "GET", "/v1/me", token);
    expect([status, body["email"], body["emailVerified"]], text).toEqual([200, undefined, false]);
    expect((await send(portico, "POST", "/v1/me/sync", token, {})).status).toBe(200);
  });

  it("takes no invitation, whoever signed in first, and changes no known address", async () => {
    const acme = portico.demo.organizations[0];
    if (!acme) throw new Error("The demo has no organization.");
    const owner = acme.users.owner.token;
    const address = "newhire@acme.example";
    const thief = await tokenOf("thief", { email: address, email_verified: false });
    expect((await send(portico, "GET", "/v1/me", thief)).status).toBe(200);

    const invited = await send(portico, "POST", "/v1/users", owner, { email: address, name: "Hire", roleKey: "admin" });
    expect(invited.status, invited.text).toBe(201);
    expect(invited.body).toMatchObject({ email: address, emailVerified: false, name: "Hire", status: "pending" });
    expect(invited.body).not.toHaveProperty("externalId");
    expect((await send(portico, "POST", "/v1/me/sync", thief, {})).status).toBe(200);
    expect((await organizationsOf(thief)).length).toBe(0);

    const known = await tokenOf("known", { email: "known@acme.example", email_verified: true });
    expect((await send(portico, "POST", "/v1/me/sync", known, {})).status).toBe(200);
    const turned = await tokenOf("known", { email: address, email_verified: false });
    expect((await send(portico, "POST", "/v1/me/sync", turned, {})).body).toMatchObject({
      email: "known@acme.example",
    });
    expect((await organizationsOf(turned)).length).toBe(0);

    const person = await tokenOf("person", { email: "NewHire@ACME.example", email_verified: true });
    expect((await send(portico, "POST", "/v1/me/sync", person, {})).body).toMatchObject({ id: invited.body["id"] });
    expect(await organizationsOf(person)).toMatchObject([{ id: acme.id, roleKey: "admin" }]);

    // Verified later, an address accepts what waited for it, and nothing is left of the row that stood for the person.
    const late = await tokenOf("late", { email: "late@acme.example" });
    const lateId = (await send(portico, "GET", "/v1/me", late)).body["id"];
    const waiting = await send(portico, "POST", "/v1/users", owner, { email: "late@acme.example" });
    const verified = await tokenOf("late", { email: "late@acme.example", email_verified: true });
    expect((await send(portico, "POST", "/v1/me/sync", verified, {})).body).toMatchObject({ id: lateId });
    expect(await organizationsOf(verified)).toMatchObject([{ id: acme.id, roleKey: "member" }]);
    expect((await send(portico, "GET", `/v1/users/${String(waiting.body["id"])}`, owner)).status).toBe(404);
    expect((await send(portico, "POST", "/v1/users", owner, { email: "late@acme.example" })).status).toBe(409);
  });

  it("of a known person is shown to an inviting organization as the invitation only", async () => {
    const [acme, globex] = portico.demo.organizations;
    if (!acme || !globex) throw new Error("The demo has no two organizations.");
    const invited = await send(portico, "POST", "/v1/users", acme.users.owner.token, { email: "owner@globex.example" });
    expect(invited.status, invited.text).toBe(201);
    const path = `/v1/users/${String(invited.body["id"])}`;
    const shown = await send(portico, "GET", path, acme.users.owner.token);
    expect(shown.body).toMatchObject({ email: "owner@globex.example", emailVerified: false, name: "owner" });
    for (const field of ["externalId", "imageUrl", "lastActivityAt"]) expect(shown.body).not.toHaveProperty(field);
    const profile = await send(portico, "GET", `${path}/profile`, acme.users.owner.token);
    expect(profile.body["displayName"]).toBe("owner");
    const me = await send(portico, "GET", "/v1/me", globex.users.owner.token);
    // An id that others know would tell that the address is somebody's here.
    expect(invited.body["id"]).not.toBe(me.body["id"]);
    const byExternalId = `/v1/users/${String(me.body["externalId"])}`;
    expect((await send(portico, "GET", byExternalId, acme.users.owner.token)).status).toBe(404);
  });
});

it("somebody whom two organizations add is two people to them until they accept, and one from then on", async () => {
  const owners = portico.demo.organizations.map(({ users }) => users.owner.token);
  const email = "both@somewhere.example";
  const added = await Promise.all(owners.map((owner) => send(portico, "POST", "/v1/users", owner, { email })));
  expect(added.map(({ status }) => status)).toEqual([201, 201]);
  expect(new Set(added.map(({ body }) => body["id"])).size).toBe(2);
  for (const owner of owners)
    expect((await send(portico, "POST", "/v1/users", owner, { email })).body["code"]).toBe("already_member");
  const person = await tokenOf("both", { email, email_verified: true });
  const { body: self } = await send(portico, "POST", "/v1/me/sync", person, {});
  expect(await organizationsOf(person)).toHaveLength(2);
  for (const [at, owner] of owners.entries()) {
    const membership = await send(portico, "GET", `/v1/memberships/${String(added[at]?.body["membershipId"])}`, owner);
    expect(membership.body).toMatchObject({ status: "active", userId: self["id"] });
  }
  // Nothing is left of those who stood for the person.
  const gone = await Promise.all(
    added.map(({ body }, at) => send(portico, "GET", `/v1/users/${String(body["id"])}`, owners[at] ?? "")),
  );
  const statuses = gone.map(({ status, body }) => (body["id"] === self["id"] ? 404 : status));
  expect(statuses).toEqual([404, 404]);
});

it("somebody who was added and is removed before they sign in leaves no row", async () => {
  const owner = portico.demo.organizations[0]?.users.owner.token ?? "";
  const email = "never@somewhere.example";
  const { body } = await send(portico, "POST", "/v1/users", owner, { email });
  const path = `/v1/memberships/${String(body["membershipId"])}`;
  expect((await send(portico, "DELETE", path, owner)).status).toBe(204);
  const purged = await send(portico, "GET", `/v1/audit-logs?tableName=users&recordId=${String(body["id"])}`, owner);
  expect(purged.body["data"]).toMatchObject([{ operation: "purge" }, { operation: "create" }]);
  expect((await send(portico, "POST", "/v1/users", owner, { email })).status).toBe(201);
});

async function organizationsOf(token: string): Promise<readonly unknown[]> {
  const { body } = await send(portico, "GET", "/v1/organizations", token);
  const { data }: { data?: readonly unknown[] } = Object(body);
  return data ?? [];
}

it("left no failure in the log", () => {
  expect(portico.logLines.filter((line) => line.includes("[ERROR]"))).toEqual([]);
});
