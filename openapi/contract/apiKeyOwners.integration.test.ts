import { afterAll, beforeAll, expect, it } from "vitest";
import { startTestPortico } from "../../scripts/portico/testPortico.testing";
import { send } from "./client.testing";
import { expectProblem } from "./hostile.testing";
import { createMember } from "./world.testing";
import type { Answer } from "./client.testing";
import type { TestPortico } from "../../scripts/portico/testPortico.testing";
import type { DemoOrganization, NewMember } from "./world.testing";

/** An API key never does more than its owner could do now, at every door. */

let portico: TestPortico;
let acme: DemoOrganization;

beforeAll(async () => {
  portico = await startTestPortico();
  const [first] = portico.demo.organizations;
  if (!first) throw new Error("The demo has no organization.");
  acme = first;
});
afterAll(() => portico.close());

const owner = () => acme.users.owner.token;
const membershipOf = ({ membershipId }: NewMember) => `/v1/memberships/${membershipId}`;

interface OwnedKey {
  readonly id: string;
  readonly key: string;
  /** Exchanged from the key while it worked. */
  readonly token: string;
}

async function keyOf(token: string, scopes: readonly string[]): Promise<OwnedKey> {
  const { status, body, text } = await send(portico, "POST", "/v1/api-keys", token, { name: "owned", scopes });
  expect(status, text).toBe(201);
  const key = String(body["key"]);
  const exchanged = await exchange(key);
  expect(exchanged.status, exchanged.text).toBe(200);
  return { id: String(body["id"]), key, token: String(exchanged.body["access_token"]) };
}

function exchange(key: string): Promise<Answer> {
  const form = new URLSearchParams({ grant_type: "client_credentials", client_secret: key }).toString();
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  return send(portico, "POST", "/v1/oauth/token", undefined, form, headers);
}

/** The problem codes that the key meets at each door; undefined where it is let through. */
async function codesOf({ key, token }: OwnedKey, method: "GET" | "POST" = "GET") {
  const body = method === "POST" ? { name: "x" } : undefined;
  const [functionType, path, args] =
    method === "POST"
      ? ["mutation", "workspace/items:create", { name: "x" }]
      : ["query", "workspace/items:list", { paginationOpts: { numItems: 1, cursor: null } }];
  const called = await fetch(`${portico.cloudUrl}/api/${functionType}`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
    body: JSON.stringify({ path, args, format: "json" }),
  });
  const rest = await Promise.all(
    [key, token].map((credential) => send(portico, method, "/v1/items", credential, body)),
  );
  return [...rest.map((answer) => answer.body["code"]), Object(Object(await called.json()).errorData).code];
}

const works = [undefined, undefined, undefined];
const isSuspended = ["key_suspended", "key_suspended", "key_suspended"];
const isForbidden = ["forbidden", "forbidden", "forbidden"];

async function suspensionOf({ id }: OwnedKey): Promise<unknown> {
  return (await send(portico, "GET", `/v1/api-keys/${id}`, owner())).body["suspension"];
}

it("a demotion narrows the keys of who is demoted, at once, and a promotion gives back", async () => {
  const admin = await createMember(portico, acme, "admin");
  const key = await keyOf(admin.token, ["item:read", "item:create", "schedule:update"]);
  expect([await codesOf(key), await codesOf(key, "POST")]).toEqual([works, works]);
  await send(portico, "PATCH", membershipOf(admin), owner(), { roleKey: "viewer" });
  expect([await codesOf(key), await codesOf(key, "POST")]).toEqual([works, isForbidden]);
  expect((await exchange(key.key)).body["scope"]).toBe("item:read");
  expect(await suspensionOf(key)).toBeUndefined();
  await send(portico, "PATCH", membershipOf(admin), owner(), { roleKey: "admin" });
  expect(await codesOf(key, "POST")).toEqual(works);
});

it("what the owner may do to their own rows only, the key does to those only", async () => {
  const admin = await createMember(portico, acme, "admin");
  const { key } = await keyOf(admin.token, ["schedule:read", "schedule:create", "schedule:update"]);
  const body = { title: "Shift", startDate: 1_800_000_000_000, endDate: 1_800_003_600_000 };
  const [own, other] = await Promise.all(
    [key, owner()].map(async (token) => {
      const created = await send(portico, "POST", "/v1/schedules", token, body);
      expect(created.status, created.text).toBe(201);
      return `/v1/schedules/${String(created.body["id"])}`;
    }),
  );
  await send(portico, "PATCH", membershipOf(admin), owner(), { roleKey: "member" });
  expect((await send(portico, "PATCH", own ?? "", key, { title: "Own" })).status).toBe(200);
  expectProblem(await send(portico, "PATCH", other ?? "", key, { title: "Other" }), 403, "forbidden");
});

const inactive = { status: "inactive" };
const active = { status: "active" };
it.each([
  ["membership_banned", ["POST", "/ban", { reason: "x" }], ["POST", "/unban", {}]],
  ["membership_inactive", ["PATCH", "", inactive], ["PATCH", "", active]],
] as const)(
  "%s suspends the keys of a member until it ends",
  async (suspension, [stop, at, body], [go, back, undo]) => {
    const admin = await createMember(portico, acme, "admin");
    const key = await keyOf(admin.token, ["item:read"]);
    expect((await send(portico, stop, membershipOf(admin) + at, owner(), body)).status).toBe(200);
    expect([await codesOf(key), await suspensionOf(key)]).toEqual([isSuspended, suspension]);
    expect((await send(portico, go, membershipOf(admin) + back, owner(), undo)).status).toBe(200);
    expect([await codesOf(key), await suspensionOf(key)]).toEqual([works, undefined]);
  },
);

const endings: readonly [name: string, suspension: string, end: (admin: NewMember) => Promise<Answer>][] = [
  ["removal", "not_a_member", (admin) => send(portico, "DELETE", membershipOf(admin), owner())],
  ["leaving", "not_a_member", ({ token }) => send(portico, "POST", "/v1/memberships/leave", token, {})],
  ["deletion", "owner_deleted", ({ token }) => send(portico, "DELETE", "/v1/me", token)],
];

it.each(endings)(
  "the %s of their owner suspends keys until an administrator adopts them",
  async (_, suspension, end) => {
    const admin = await createMember(portico, acme, "admin");
    const key = await keyOf(admin.token, ["item:read"]);
    expect((await end(admin)).status).toBe(204);
    expect([await codesOf(key), await suspensionOf(key)]).toEqual([isSuspended, suspension]);
    const refused = await send(portico, "GET", "/v1/items", key.key);
    expectProblem(refused, 401, "key_suspended");
    expect((await exchange(key.key)).body["error"]).toBe("invalid_client");

    const listed = await send(portico, "GET", `/v1/api-keys?ownerId=${admin.userId}`, owner());
    expect(Object(listed.body)["data"]).toMatchObject([{ id: key.id, ownerId: admin.userId, suspension }]);
    // Its tag is that of the view, so that who reads it first can change it.
    const etag = (await send(portico, "GET", `/v1/api-keys/${key.id}`, owner())).headers.get("etag") ?? "";
    const path = `/v1/api-keys/${key.id}/adopt`;
    const adopted = await send(portico, "POST", path, owner(), {}, { "if-match": etag });
    expect(adopted.body, adopted.text).toMatchObject({ ownerId: acme.users.owner.id, createdBy: admin.userId });
    expect(adopted.body["suspension"]).toBeUndefined();
    expect(await codesOf(key)).toEqual(works);

    const again = await send(portico, "POST", path, owner(), {});
    expect([again.status, again.body["updatedAt"]]).toEqual([200, adopted.body["updatedAt"]]);
    const log = await send(portico, "GET", `/v1/audit-logs/records/apiKeys/${key.id}`, owner());
    const actions: readonly { readonly action: string }[] = Object(log.body)["data"];
    expect(actions.filter(({ action }) => action === "apiKey.adopt")).toHaveLength(1);
  },
);

it("a key is adopted only by who could do all that it can", async () => {
  const owned = await keyOf(owner(), ["item:read"]);
  const administrator = acme.users.admin.token;
  const adopt = ({ id }: OwnedKey, token: string) => send(portico, "POST", `/v1/api-keys/${id}/adopt`, token, {});
  expectProblem(await adopt(owned, administrator), 403, "rank_too_low");
  const name = "keyKeeper";
  const rights = ["apiKey:update", "apiKey:read"];
  const role = await send(portico, "POST", "/v1/roles", owner(), { name, key: name, rights, rank: 90 });
  const keeper = await createMember(portico, acme, name);
  expect(role.status).toBe(201);
  const wide = await keyOf(administrator, ["item:delete"]);
  expectProblem(await adopt(wide, keeper.token), 403, "forbidden");
  expect((await adopt(await keyOf(administrator, ["item:read"]), keeper.token)).status).toBe(200);
  await send(portico, "POST", `/v1/api-keys/${wide.id}/revoke`, owner(), {});
  expectProblem(await adopt(wide, owner()), 409, "key_revoked");
});

it("no API key changes an administrator, and narrow roles of a high rank do not either", async () => {
  const admin = await createMember(portico, acme, "admin");
  const moderator = await createMember(portico, acme, "moderator");
  const { key } = await keyOf(owner(), ["member:update", "member:remove"]);
  const name = "bouncer";
  const rights = ["member:update", "member:remove", "member:ban"];
  await send(portico, "POST", "/v1/roles", owner(), { name, key: name, rights, rank: 99 });
  const bouncer = await createMember(portico, acme, name);
  for (const token of [key, bouncer.token]) {
    expectProblem(await send(portico, "PATCH", membershipOf(admin), token, inactive), 403, "forbidden");
    expectProblem(await send(portico, "DELETE", membershipOf(admin), token), 403, "forbidden");
  }
  expectProblem(
    await send(portico, "POST", `${membershipOf(admin)}/ban`, bouncer.token, { reason: "x" }),
    403,
    "forbidden",
  );
  expect((await send(portico, "PATCH", membershipOf(moderator), key, inactive)).status).toBe(200);
  expectProblem(await send(portico, "PATCH", membershipOf(moderator), key, active), 403, "forbidden");
  expect((await send(portico, "DELETE", membershipOf(moderator), key)).status).toBe(204);
  expectProblem(await send(portico, "DELETE", membershipOf(admin), acme.users.admin.token), 403, "rank_too_low");
  expect((await send(portico, "DELETE", membershipOf(admin), owner())).status).toBe(204);
});

it("the tag of a banned member fits for who may not see why", async () => {
  const name = "metadataKeeper";
  await send(portico, "POST", "/v1/roles", owner(), { name, key: name, rights: ["member:update"], rank: 90 });
  const keeper = await createMember(portico, acme, name);
  const member = await createMember(portico, acme, "member");
  await send(portico, "POST", `${membershipOf(member)}/ban`, owner(), { reason: "A secret reason." });
  const read = await send(portico, "GET", membershipOf(member), keeper.token);
  expect(read.text).not.toContain("secret reason");
  const headers = { "if-match": read.headers.get("etag") ?? "" };
  const changed = await send(portico, "PATCH", membershipOf(member), keeper.token, { metadata: { a: 1 } }, headers);
  expect(changed.status, changed.text).toBe(200);
});
