import { afterAll, beforeAll, expect, it } from "vitest";
import { startTestPortico } from "../../scripts/portico/testPortico.testing";
import { registry } from "../registry";
import { send } from "./client.testing";
import { createWorld } from "./world.testing";
import type { TestPortico } from "../../scripts/portico/testPortico.testing";
import type { World } from "./world.testing";

/** What the person who runs the deployment may do to organizations, and nobody else. */

let portico: TestPortico;
let world: World;

beforeAll(async () => {
  portico = await startTestPortico();
  world = await createWorld(portico);
});
afterAll(() => portico.close());

const setStatus = (status: string, credential = world.platformAdmin, id: string = world.globex.slug) =>
  send(portico, "PUT", `/v1/organizations/${id}/status`, credential, { status, reason: "Test" });

it("moves an organization along its states, with the reason in its own trail", async () => {
  expect((await setStatus("active")).body).toMatchObject({ id: world.globex.id, status: "active" });
  for (const closed of ["suspended", "inactive"]) {
    const shut = await setStatus(closed);
    expect([shut.status, shut.body["status"]], shut.text).toEqual([200, closed]);
    for (const credential of [world.foreignOwner, world.globex.apiKey]) {
      const refused = await send(portico, "GET", "/v1/items", credential);
      expect([refused.status, refused.body["code"]]).toEqual([403, "organization_suspended"]);
    }
    const other = await setStatus(closed === "suspended" ? "inactive" : "suspended");
    expect([other.status, other.body["code"]], other.text).toEqual([409, "invalid_state_transition"]);
    expect((await setStatus("active")).status).toBe(200);
    expect((await send(portico, "GET", "/v1/items", world.foreignOwner)).status).toBe(200);
  }
  const trail = await send(portico, "GET", "/v1/audit-logs?action=organization.setStatus", world.foreignOwner);
  const rows: readonly object[] = Object(trail.body["data"]);
  // Setting what is set already is no change.
  expect(rows).toHaveLength(4);
  expect(rows[0]).toMatchObject({ metadata: { reason: "Test" }, actorType: "user" });
});

it("leaves an organization in the trash to its owner", async () => {
  const owner = await portico.issuer.mintUserToken(
    { sub: "trash", email: "trash@owners.example", email_verified: true, name: "Trash" },
    3600,
  );
  const { body } = await send(portico, "POST", "/v1/organizations", owner, { name: "Trash" });
  const { id, slug } = body;
  await send(portico, "DELETE", `/v1/organizations/${String(id)}?confirmSlug=${String(slug)}`, owner);
  for (const status of ["active", "suspended"]) {
    const refused = await setStatus(status, world.platformAdmin, String(id));
    expect([refused.status, refused.body["code"]], refused.text).toEqual([409, "invalid_state_transition"]);
  }
});

it("is closed to everybody else, who does not learn which organizations there are either", async () => {
  const others = [...Object.values(world.tokens), world.acme.apiKey, world.foreignOwner];
  for (const credential of others) {
    const answers = [];
    for (const id of [world.acme.id, world.globex.id, "no-such-name"]) {
      const { status, body } = await setStatus("suspended", credential, id);
      answers.push({ ...body, requestId: "", status });
    }
    expect(answers[0]).toMatchObject({ status: 403, code: "forbidden" });
    for (const answer of answers) expect(answer).toEqual(answers[0]);
  }
  expect((await setStatus("suspended", world.platformAdmin, "no-such-name")).status).toBe(404);
});

it("gives platform administrators no way into an organization, and shows them what they are", async () => {
  expect((await send(portico, "GET", "/v1/me", world.platformAdmin)).body).toMatchObject({ isPlatformAdmin: true });
  expect((await send(portico, "GET", "/v1/me", world.owner)).body).toMatchObject({ isPlatformAdmin: false });
  const named = { "portico-organization": world.acme.slug };
  for (const { isList, declaration } of registry) {
    if (!isList || (declaration.access !== "organization" && declaration.access !== "permission")) continue;
    if (declaration.path.includes("{")) continue;
    const { status, body } = await send(
      portico,
      "GET",
      `/v1${declaration.path}`,
      world.platformAdmin,
      undefined,
      named,
    );
    expect([declaration.path, status, body["code"]]).toEqual([declaration.path, 403, "not_a_member"]);
  }
});

it("is no right that a role could give", async () => {
  const role = { name: "Platform", key: "platform", rank: 1, scope: "assigned" };
  for (const right of ["platform:admin", "platform:*"]) {
    const { status, body } = await send(portico, "POST", "/v1/roles", world.owner, { ...role, rights: [right] });
    expect([right, status, body["code"]]).toEqual([right, 400, "validation_failed"]);
  }
  const { body } = await send(portico, "GET", "/v1/me/permissions", world.owner);
  expect(body["rights"]).not.toContain("platform:admin");
});
