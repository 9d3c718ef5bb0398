import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { openConnection } from "../../host/store/sqlite";
import { databaseName } from "../../scripts/portico/dataDirectory";
import { startTestPortico } from "../../scripts/portico/testPortico.testing";
import { send } from "./client.testing";
import { expectProblem } from "./hostile.testing";
import { nextSample } from "./samples.testing";
import { createMember, unknownIdLike } from "./world.testing";
import type { TestPortico } from "../../scripts/portico/testPortico.testing";
import type { Joined } from "./world.testing";

let portico: TestPortico;

beforeAll(async () => {
  portico = await startTestPortico();
});
afterAll(() => portico.close());

interface Founded extends Joined {
  readonly ownerId: string;
}

const call = (method: string, target: string, token: string, body?: unknown, headers = {}) =>
  send(portico, method, `/v1${target}`, token, body, headers);

async function found(fields: object = {}): Promise<Founded> {
  const name = `founder${nextSample()}`;
  const claims = { sub: name, email: `${name}@ownership.example`, email_verified: true, name };
  const ownerToken = await portico.issuer.mintUserToken(claims, 3600);
  const { body, text, status } = await call("POST", "/organizations", ownerToken, { name, ...fields });
  expect(status, text).toBe(201);
  return { id: String(body["id"]), slug: String(body["slug"]), ownerToken, ownerId: String(body["ownerId"]) };
}

const transfer = ({ id, ownerToken }: Founded, userId: string, headers = {}, token = ownerToken) =>
  call("POST", `/organizations/${id}/transfer-ownership`, token, { userId }, headers);

/** The owner that the organization names, and who has the role of an owner in it. */
async function owners({ id }: Founded, token: string): Promise<{ named: unknown; byRole: unknown[] }> {
  const { body } = await call("GET", `/organizations/${id}`, token);
  const members = await call("GET", "/memberships?limit=100", token, undefined, { "portico-organization": id });
  const rows: { userId: string; roleKey: string }[] = Object(members.body).data;
  return {
    named: body["ownerId"],
    byRole: rows.filter(({ roleKey }) => roleKey === "owner").map(({ userId }) => userId),
  };
}

const remove = ({ id, slug, ownerToken }: Founded) =>
  call("DELETE", `/organizations/${id}?confirmSlug=${slug}`, ownerToken);
const purge = ({ id, slug, ownerToken }: Founded) =>
  call("POST", `/organizations/${id}/purge`, ownerToken, { confirmSlug: slug });
const isGone = async ({ id, ownerToken }: Founded) =>
  (await call("GET", `/organizations/${id}`, ownerToken)).status === 404;

/** What the file holds that belongs to the organization or leads there, whatever the table. The host has it locked: a copy is read. */
function rowsOf({ id }: Founded): readonly unknown[] {
  const copy = mkdtempSync(path.join(tmpdir(), "portico-rows-"));
  for (const suffix of ["", "-wal"])
    copyFileSync(path.join(portico.dataDirectory, databaseName + suffix), path.join(copy, databaseName + suffix));
  const connection = openConnection(path.join(copy, databaseName));
  try {
    const rows = connection.prepare("SELECT value FROM documents").all([]);
    const documents = rows.map(([value]) => Object(JSON.parse(String(value))));
    return documents.filter((row) => row.organizationId === id || row.defaultOrganizationId === id || row._id === id);
  } finally {
    connection.close();
    rmSync(copy, { recursive: true });
  }
}

describe("a transfer of ownership", () => {
  it("makes a member the owner and the owner an administrator, and says so in the audit trail", async () => {
    const organization = await found();
    const heir = await createMember(portico, organization, "viewer");
    const { status, body, headers } = await transfer(organization, heir.userId);
    expect([status, body["ownerId"]]).toEqual([200, heir.userId]);
    expect(await owners(organization, heir.token)).toEqual({ named: heir.userId, byRole: [heir.userId] });
    const former = await call("GET", "/me/permissions", organization.ownerToken);
    expect(former.body).toMatchObject({ roleKey: "admin", rank: 80 });
    const { body: trail } = await call("GET", "/audit-logs?action=organization.transferOwnership", heir.token);
    expect(Object(trail).data).toMatchObject([
      { userId: organization.ownerId, changes: { ownerId: { from: organization.ownerId, to: heir.userId } } },
    ]);
    const { body: changes } = await call("GET", "/audit-logs?action=membership.update", heir.token);
    const requests = Object(changes).data.map(({ requestId }: { requestId: string }) => requestId);
    const own = headers.get("x-request-id");
    expect(requests.filter((requestId: string) => requestId === own)).toHaveLength(2);
  });

  it("leaves the former owner free to go, and the new one bound", async () => {
    const organization = await found();
    const heir = await createMember(portico, organization, "admin");
    expectProblem(await call("POST", "/memberships/leave", organization.ownerToken), 409, "sole_owner");
    expect((await transfer(organization, heir.userId)).status).toBe(200);
    expect((await call("DELETE", "/me", organization.ownerToken)).status).toBe(204);
    expectProblem(await call("POST", "/memberships/leave", heir.token), 409, "sole_owner");
  });

  it("lets the keys of both go on", async () => {
    const organization = await found();
    const heir = await createMember(portico, organization, "admin");
    const keys: string[] = [];
    for (const token of [organization.ownerToken, heir.token]) {
      const { body } = await call("POST", "/api-keys", token, { name: "Reader", scopes: ["item:read"] });
      keys.push(String(body["key"]));
    }
    expect((await transfer(organization, heir.userId)).status).toBe(200);
    for (const key of keys) expect((await call("GET", "/items", key)).status).toBe(200);
  });

  it("goes to active members only", async () => {
    const organization = await found();
    const stranger = await found();
    const invited = await call("POST", "/users", organization.ownerToken, { email: `p${nextSample()}@x.example` });
    const [banned, inactive] = [
      await createMember(portico, organization, "member"),
      await createMember(portico, organization, "member"),
    ];
    const { ownerToken } = organization;
    await call("POST", `/memberships/${banned.membershipId}/ban`, ownerToken, { reason: "Spam" });
    await call("PATCH", `/memberships/${inactive.membershipId}`, ownerToken, { status: "inactive" });
    const before = await call("GET", `/organizations/${organization.id}`, ownerToken);
    const details = new Map<string, unknown>();
    const targets = {
      foreign: stranger.ownerId,
      missing: unknownIdLike(stranger.ownerId),
      invited: String(invited.body["id"]),
      banned: banned.userId,
      inactive: inactive.userId,
    };
    for (const [kind, userId] of Object.entries(targets)) {
      const refused = await transfer(organization, userId);
      expectProblem(refused, 409, "not_a_member");
      expect(refused.body["errors"]).toMatchObject([{ pointer: "/userId", code: "not_a_member" }]);
      details.set(kind, refused.body["detail"]);
    }
    expect(details.get("foreign")).toBe(details.get("missing"));
    expect(new Set(details.values()).size).toBe(4);
    expect((await call("GET", `/organizations/${organization.id}`, ownerToken)).body).toEqual(before.body);
  });

  it("is the owner's alone, whatever rights others have", async () => {
    const organization = await found();
    const { ownerToken } = organization;
    const rights = ["organization:transfer"];
    const role = await call("POST", "/roles", ownerToken, { name: "Heir", key: "heir", rights, rank: 99 });
    expect(role.status, role.text).toBe(201);
    for (const key of ["admin", "heir"]) {
      const member = await createMember(portico, organization, key);
      expectProblem(await transfer(organization, member.userId, {}, member.token), 403, "forbidden");
    }
    const key = await call("POST", "/api-keys", ownerToken, { name: "Key", scopes: rights });
    expectProblem(key, 422, "scope_not_allowed");
  });

  it("to oneself changes nothing", async () => {
    const organization = await found();
    const before = await call("GET", `/organizations/${organization.id}`, organization.ownerToken);
    const { status, body } = await transfer(organization, organization.ownerId);
    expect([status, body]).toEqual([200, before.body]);
  });

  it("is answered again to its idempotency key, though the caller could not do it again", async () => {
    const organization = await found();
    const heir = await createMember(portico, organization, "member");
    const key = { "idempotency-key": `transfer-${nextSample()}` };
    const first = await transfer(organization, heir.userId, key);
    const again = await transfer(organization, heir.userId, key);
    expect([again.status, again.body]).toEqual([200, first.body]);
    expect(again.headers.get("idempotent-replayed")).toBe("true");
    expectProblem(await transfer(organization, heir.userId), 403, "forbidden");
    expectProblem(await transfer(organization, organization.ownerId, key), 409, "idempotency_conflict");
  });

  it("happens once where several are sent at a time", async () => {
    const organization = await found();
    const heirs = await Promise.all([1, 2, 3].map(() => createMember(portico, organization, "member")));
    const answers = await Promise.all(heirs.map(({ userId }) => transfer(organization, userId)));
    expect(answers.map(({ status }) => status).sort((left, right) => left - right)).toEqual([200, 403, 403]);
    const { named, byRole } = await owners(organization, organization.ownerToken);
    expect(byRole).toEqual([named]);
    expect(heirs.map(({ userId }) => userId)).toContain(named);
  });

  it("is refused for a tag that is stale, and done for one that is not", async () => {
    const organization = await found();
    const heir = await createMember(portico, organization, "member");
    const read = await call("GET", `/organizations/${organization.id}`, organization.ownerToken);
    const tag = { "if-match": String(read.headers.get("etag")) };
    await call("PATCH", `/organizations/${organization.id}`, organization.ownerToken, { name: "Renamed" });
    expectProblem(await transfer(organization, heir.userId, tag), 412, "precondition_failed");
    const fresh = await call("GET", `/organizations/${organization.id}`, organization.ownerToken);
    const current = { "if-match": String(fresh.headers.get("etag")) };
    expect((await transfer(organization, heir.userId, current)).status).toBe(200);
  });

  it("waits for an organization in the trash", async () => {
    const organization = await found();
    const heir = await createMember(portico, organization, "member");
    expect((await remove(organization)).status).toBe(204);
    expectProblem(await transfer(organization, heir.userId), 403, "organization_deleted");
  });
});

describe("an organization in the trash", () => {
  it("keeps its owner, who alone can restore it", async () => {
    const organization = await found();
    expect((await remove(organization)).status).toBe(204);
    const refused = await call("DELETE", "/me", organization.ownerToken);
    expectProblem(refused, 409, "sole_owner");
    expect(refused.body["detail"]).toContain("in the trash");
    expect((await call("POST", `/organizations/${organization.id}/restore`, organization.ownerToken)).status).toBe(200);
  });

  it("is purged on its owner's word: with every row, its names free, its owner free to go", async () => {
    const externalId = `purged-${nextSample()}`;
    const organization = await found({ externalId });
    await createMember(portico, organization, "member");
    for (let row = 0; row < 3; row++) await call("POST", "/items", organization.ownerToken, { name: "Gone" });
    expectProblem(await purge(organization), 409, "not_deleted");
    await remove(organization);
    expectProblem(await purge({ ...organization, slug: "wrong" }), 409, "confirmation_mismatch");
    expect(rowsOf(organization).length).toBeGreaterThan(6);
    const { status, body } = await purge(organization);
    expect([status, Number(body["purgeAfter"]) <= Date.now()]).toEqual([202, true]);
    await vi.waitUntil(() => isGone(organization), { timeout: 60_000 });
    expect(rowsOf(organization)).toEqual([]);
    const heir = await found({ slug: organization.slug, externalId });
    expect(heir.slug).toBe(organization.slug);
    expect((await call("DELETE", "/me", organization.ownerToken)).status).toBe(204);
  });

  it("cannot be restored once its purge has begun", async () => {
    const organization = await found();
    await remove(organization);
    const [purged, restored] = await Promise.all([
      purge(organization),
      call("POST", `/organizations/${organization.id}/restore`, organization.ownerToken),
    ]);
    const outcomes = [purged.status, restored.status].join();
    // The restore came first, or during the purge, or after it.
    expect(["409,200", "202,410", "202,404"]).toContain(outcomes);
  });

  it("is purged when its time is over, in as many batches as it takes, and not before", async () => {
    const organization = await found();
    for (let batch = 0; batch < 3; batch++) {
      const items = Array.from({ length: 100 }, (_, at) => ({ name: `Item ${batch} ${at}` }));
      expect((await call("POST", "/items/batch", organization.ownerToken, { items })).status).toBe(201);
    }
    await remove(organization);
    const run = (before: number) =>
      portico.deployment.call({
        type: "mutation",
        path: "tenancy/purging:purgeDue",
        argsText: JSON.stringify({ before }),
        caller: { kind: "admin" },
        metadata: { requestId: "ownership", ip: null, userAgent: null },
        allowInternal: true,
      });
    expect((await run(Date.now())).status).toBe("success");
    expect(await isGone(organization)).toBe(false);
    const trashDaysMs = 30 * 86_400_000;
    expect((await run(Date.now() + trashDaysMs + 1)).status).toBe("success");
    await vi.waitUntil(() => rowsOf(organization).length === 0, { timeout: 60_000 });
    expect(await isGone(organization)).toBe(true);
  });
});
