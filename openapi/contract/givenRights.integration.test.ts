import { afterAll, beforeAll, expect, it } from "vitest";
import { startTestPortico } from "../../scripts/portico/testPortico.testing";
import { send } from "./client.testing";
import { expectProblem } from "./hostile.testing";
import { createMember } from "./world.testing";
import type { TestPortico } from "../../scripts/portico/testPortico.testing";
import type { DemoOrganization, NewMember } from "./world.testing";

/** Nothing gives more than the giver has: the ways that once led from a narrow right to an administrator's. */

let portico: TestPortico;
let acme: DemoOrganization;
let number = 0;

beforeAll(async () => {
  portico = await startTestPortico();
  const [first] = portico.demo.organizations;
  if (!first) throw new Error("The demo has no organization.");
  acme = first;
});
afterAll(() => portico.close());

const owner = () => acme.users.owner.token;

async function newRole(rights: readonly string[], rank: number): Promise<string> {
  const name = `role${(number += 1)}`;
  const { status, body, text } = await send(portico, "POST", "/v1/roles", owner(), { name, key: name, rights, rank });
  expect(status, text).toBe(201);
  return String(body["id"]);
}

async function newKey(
  scopes: readonly string[],
  token = owner(),
): Promise<{ readonly id: string; readonly key: string }> {
  const { status, body, text } = await send(portico, "POST", "/v1/api-keys", token, { name: "narrow", scopes });
  expect(status, text).toBe(201);
  return { id: String(body["id"]), key: String(body["key"]) };
}

async function memberWith(roleId: string): Promise<NewMember> {
  const member = await createMember(portico, acme, "viewer");
  expect((await give(owner(), member, { roleId })).status).toBe(200);
  return member;
}

const give = (token: string, { membershipId }: NewMember, role: Readonly<Record<string, string>>) =>
  send(portico, "PATCH", `/v1/memberships/${membershipId}`, token, role);
const invite = (token: string, role: Readonly<Record<string, string>>) =>
  send(portico, "POST", "/v1/users", token, { email: `invited${(number += 1)}@given.example`, ...role });

it("a narrow key makes no administrator, by inviting or by promoting", async () => {
  const inviting = await newKey(["member:invite"]);
  expectProblem(await invite(inviting.key, { roleKey: "admin" }), 403, "forbidden");
  const promoting = await newKey(["member:update", "member:read"]);
  const viewer = await createMember(portico, acme, "viewer");
  expectProblem(await give(promoting.key, viewer, { roleKey: "admin" }), 403, "forbidden");
});

it("a role of a high rank and few rights gives only those", async () => {
  const actor = await memberWith(await newRole(["member:update", "member:invite"], 79));
  const other = await createMember(portico, acme, "viewer");
  const stronger = await newRole(["schedule:delete", "schedule:read"], 10);
  for (const role of [{ roleKey: "moderator" }, { roleKey: "member" }, { roleId: stronger }]) {
    expectProblem(await give(actor.token, other, role), 403, "forbidden");
    expectProblem(await invite(actor.token, role), 403, "forbidden");
  }
  const weaker = await newRole(["member:invite"], 10);
  expect((await give(actor.token, other, { roleId: weaker })).status).toBe(200);
  expect((await invite(actor.token, { roleId: weaker })).status).toBe(201);
});

it("rotating a key takes all that the key can do", async () => {
  const strong = await newKey(["member:invite", "member:update", "member:remove", "member:read"]);
  const actor = await memberWith(await newRole(["apiKey:update", "apiKey:read"], 30));
  expectProblem(await send(portico, "POST", `/v1/api-keys/${strong.id}/rotate`, actor.token, {}), 403, "forbidden");
  // The key acts with the rank of its maker, the owner.
  const administrator = acme.users.admin.token;
  const refused = await send(portico, "POST", `/v1/api-keys/${strong.id}/rotate`, administrator, {});
  expectProblem(refused, 403, "rank_too_low");
  expect((await send(portico, "GET", "/v1/memberships?limit=1", strong.key)).status).toBe(200);
  expect((await send(portico, "POST", `/v1/api-keys/${strong.id}/rotate`, owner(), {})).status).toBe(200);
  const own = await newKey(["member:read"], administrator);
  expect((await send(portico, "POST", `/v1/api-keys/${own.id}/rotate`, administrator, {})).status).toBe(200);
});

it("administrators and owners give the built-in roles as before", async () => {
  for (const roleKey of ["viewer", "client", "member", "moderator", "admin"]) {
    for (const token of [owner(), acme.users.admin.token]) expect((await invite(token, { roleKey })).status).toBe(201);
  }
});
