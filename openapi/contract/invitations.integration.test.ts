import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestPortico } from "../../scripts/portico/testPortico.testing";
import { noteTries } from "../../scripts/lib/tries.testing";
import { send } from "./client.testing";
import { invite, signIn, tokenOf } from "./invitations.testing";
import { nextSample } from "./samples.testing";
import { createMember } from "./world.testing";
import type { TestPortico } from "../../scripts/portico/testPortico.testing";
import type { Answer } from "./client.testing";
import type { Invited } from "./invitations.testing";
import type { DemoOrganization } from "./world.testing";

/** Whole lives of invitations over REST, and every way in which one must open nothing. */

let portico: TestPortico;
let acme: DemoOrganization;
let owner: string;
let ownerId: string;

beforeAll(async () => {
  portico = await startTestPortico();
  const [first] = portico.demo.organizations;
  if (!first) throw new Error("The demo has no organization.");
  acme = first;
  owner = acme.users.owner.token;
  ownerId = acme.users.owner.id;
});
afterAll(() => portico.close());

const asOwner = (method: string, path: string, body?: unknown) => send(portico, method, `/v1${path}`, owner, body);
const accept = (credential: string, token: string) =>
  send(portico, "POST", "/v1/invitations/accept", credential, { token });
const decline = (credential: string, token: string) =>
  send(portico, "POST", "/v1/invitations/decline", credential, { token });
const received = async (credential: string, query = "") => {
  const { body } = await send(portico, "GET", `/v1/me/invitations${query}`, credential);
  const rows: readonly Readonly<Record<string, unknown>>[] = Object(body["data"]);
  return rows;
};
const statusOf = async (id: string) => (await asOwner("GET", `/invitations/${id}`)).body["status"];

function expectProblem(answer: Answer, status: number, code: string): void {
  expect([answer.status, answer.body["code"]], answer.text).toEqual([status, code]);
}

async function newRole(rights: readonly string[], rank: number): Promise<string> {
  const name = `role${nextSample()}`;
  const { body, text } = await asOwner("POST", "/roles", { name, key: name, rights, rank, scope: "assigned" });
  if (typeof body["id"] !== "string") throw new Error(`A role could not be created: ${text}`);
  return body["id"];
}

describe("a journey", () => {
  it("leads from the invitation over its e-mail to the membership", async () => {
    const { id, email, token } = await invite(portico, owner, { roleKey: "moderator" });
    const newcomer = await signIn(portico, email);
    expect((await send(portico, "GET", "/v1/organizations", newcomer)).body["data"]).toEqual([]);
    const invitation = await asOwner("GET", `/invitations/${id}`);
    expect(await received(newcomer)).toEqual([
      {
        id,
        status: "pending",
        organizationName: expect.any(String),
        roleName: "Moderator",
        invitedByName: expect.any(String),
        expiresAt: invitation.body["expiresAt"],
      },
    ]);

    const accepted = await accept(newcomer, token);
    expect(accepted.status, accepted.text).toBe(200);
    const organization = Object(accepted.body["organization"]);
    const membership = Object(accepted.body["membership"]);
    expect(organization).toMatchObject({ id: acme.id });
    expect(membership).toMatchObject({ roleKey: "moderator", status: "active", invitedBy: ownerId });
    expect(await received(newcomer)).toEqual([]);
    expect((await asOwner("GET", `/invitations/${id}`)).body).toMatchObject({
      status: "accepted",
      acceptedBy: membership.userId,
      acceptedAt: expect.any(Number),
    });
    // The organization is the newcomer's default from now on.
    expect((await send(portico, "GET", "/v1/items", newcomer)).status).toBe(200);
    expectProblem(await accept(newcomer, token), 409, "already_member");
    const { body } = await asOwner("GET", "/audit-logs?action=invitation.accept&limit=100");
    const rows: { recordId?: string; userId?: string }[] = Object(body["data"]);
    expect(rows.find(({ recordId }) => recordId === id)).toMatchObject({ userId: membership.userId });
  });

  it("ends with a refusal where the addressee declines", async () => {
    const { id, email, token } = await invite(portico, owner);
    const addressee = await signIn(portico, email);
    const declined = await decline(addressee, token);
    expect(declined.body, declined.text).toMatchObject({ id, status: "declined" });
    expect(await statusOf(id)).toBe("declined");
    expectProblem(await decline(addressee, token), 404, "not_found");
    expectProblem(await accept(addressee, token), 404, "not_found");
    expect((await received(addressee, "?status=declined")).map((row) => row["id"])).toEqual([id]);
    // The address can be invited again.
    expect((await asOwner("POST", "/invitations", { email })).status).toBe(201);
  });

  it("begins anew when the invitation is sent again, five times at most", async () => {
    const invited = await invite(portico, owner);
    const addressee = await signIn(portico, invited.email);
    let { token } = invited;
    for (let sendCount = 2; sendCount <= 5; sendCount += 1) {
      const resent = await asOwner("POST", `/invitations/${invited.id}/resend`);
      expect(resent.body, resent.text).toMatchObject({ status: "pending", sendCount });
      expectProblem(await accept(addressee, token), 404, "not_found");
      token = await tokenOf(portico, owner, invited.id);
    }
    const exhausted = await asOwner("POST", `/invitations/${invited.id}/resend`);
    expectProblem(exhausted, 429, "resend_limit");
    expect(exhausted.headers.get("retry-after")).toBe("86400");
    expect((await accept(addressee, token)).status).toBe(200);
    expectProblem(await asOwner("POST", `/invitations/${invited.id}/resend`), 409, "invalid_state_transition");
  });

  it("is over when the invitation is revoked", async () => {
    const { id, email, token } = await invite(portico, owner);
    const addressee = await signIn(portico, email);
    expect((await asOwner("POST", `/invitations/${id}/revoke`)).body).toMatchObject({ status: "revoked" });
    expect((await asOwner("POST", `/invitations/${id}/revoke`)).status).toBe(200);
    const revoked = await accept(addressee, token);
    const unknown = await accept(addressee, `inv_${"x".repeat(43)}`);
    expectProblem(revoked, 404, "not_found");
    expect({ ...revoked.body, requestId: "" }).toEqual({ ...unknown.body, requestId: "" });
    expect(await received(addressee)).toEqual([]);
    expectProblem(await asOwner("POST", `/invitations/${id}/resend`), 409, "invalid_state_transition");
  });
});

describe("an address", () => {
  it("has one way in at a time", async () => {
    const { email } = await invite(portico, owner);
    expectProblem(await asOwner("POST", "/invitations", { email: email.toUpperCase() }), 409, "invitation_pending");
    expectProblem(await asOwner("POST", "/users", { email }), 409, "invitation_pending");
    const added = `added${nextSample()}@acme.example`;
    expect((await asOwner("POST", "/users", { email: added })).status).toBe(201);
    expectProblem(await asOwner("POST", "/invitations", { email: added }), 409, "already_member");
    const { body } = await send(portico, "GET", "/v1/me", acme.users.member.token);
    expectProblem(await asOwner("POST", "/invitations", { email: body["email"] }), 409, "already_member");
  });

  it("is one in any letter case and any form of its domain", async () => {
    const at = nextSample();
    const created = await asOwner("POST", "/invitations", { email: `Sam.${at}@BÜCHER.example` });
    expect(created.body["email"], created.text).toBe(`sam.${at}@xn--bcher-kva.example`);
    const again = await asOwner("POST", "/invitations", { email: `sam.${at}@xn--bcher-kva.example` });
    expectProblem(again, 409, "invitation_pending");
    const token = await tokenOf(portico, owner, String(created.body["id"]));
    const addressee = await signIn(portico, `sam.${at}@bu\u0308cher.example`);
    expect((await accept(addressee, token)).status).toBe(200);
  });

  it.each([
    "sam@example.com\r\nBcc: eve@example.com",
    "sam@example.com\nX: y",
    "sam@example.com, eve@example.com",
    "Sam <sam@example.com>",
    "sam\u202e@example.com",
    "säm@example.com",
    "sam@exa\u0000mple.com",
    "sam@bü\ncher.example",
    "sam",
    "",
  ])("is none: %j", async (email) => {
    for (const [path, field] of [
      ["/invitations", "email"],
      ["/users", "email"],
      ["/clients", "contactEmail"],
    ] as const) {
      const answer = await asOwner("POST", path, { [field]: email, ...(path === "/clients" ? { name: "C" } : {}) });
      expectProblem(answer, 400, "validation_failed");
      expect(answer.body["errors"], path).toMatchObject([{ pointer: `/${field}` }]);
    }
  });

  it("speaks for nobody who has not verified it, and for nobody else", async () => {
    const { id, email, token } = await invite(portico, owner, { roleKey: "admin" });
    const claimant = await signIn(portico, email, false);
    const stranger = await signIn(portico, `stranger${nextSample()}@else.example`);
    for (const credential of [claimant, stranger]) {
      expectProblem(await accept(credential, token), 403, "email_mismatch");
      expectProblem(await decline(credential, token), 403, "email_mismatch");
    }
    expectProblem(await send(portico, "GET", "/v1/me/invitations", claimant), 403, "email_mismatch");
    expect(await received(stranger)).toEqual([]);
    expect(await statusOf(id)).toBe("pending");
  });

  it("shows its invitations of all organizations, and nothing of them beyond who, what and until when", async () => {
    const [, globex] = portico.demo.organizations;
    const { email } = await invite(portico, owner);
    await invite(portico, globex?.users.owner.token ?? "", { email });
    const rows = await received(await signIn(portico, email));
    expect(rows).toHaveLength(2);
    for (const row of rows)
      expect(Object.keys(row).toSorted()).toEqual([
        "expiresAt",
        "id",
        "invitedByName",
        "organizationName",
        "roleName",
        "status",
      ]);
  });
});

describe("names", () => {
  it.each(["\u0000Eve", "Eve\r\nBcc: x", "Eve\u2028x", "\u202eevE", "E\u2066ve", "Eve\u200f", "\u0085"])(
    "with what nobody sees are refused: %j",
    async (name) => {
      for (const [path, body] of [
        ["/organizations", { name }],
        ["/users", { name, email: `named${nextSample()}@acme.example` }],
        ["/roles", { name, key: `named${nextSample()}`, rank: 1 }],
        ["/sites", { name }],
        ["/teams", { name }],
        ["/clients", { name }],
        ["/api-keys", { name, scopes: [] }],
      ] as const) {
        const answer = await asOwner("POST", path, body);
        expectProblem(answer, 400, "validation_failed");
        expect(answer.body["errors"], path).toMatchObject([{ pointer: "/name" }]);
      }
      expectProblem(await asOwner("PATCH", "/me", { name }), 400, "validation_failed");
      expectProblem(await asOwner("PUT", "/me/profile", { displayName: name }), 400, "validation_failed");
    },
  );

  it("of all scripts are kept, emoji and joiners too", async () => {
    for (const name of ["דנה", "دانا", "می‌خواهم", "👩‍🚀 Ada", "Zoë", "例え"]) {
      const made = await asOwner("POST", "/sites", { name });
      expect(made.body["name"], made.text).toBe(name);
    }
  });

  it("in tokens lose what nobody sees, and sign in all the same", async () => {
    const sub = `unseen${nextSample()}`;
    const token = await portico.issuer.mintUserToken({ sub, name: "\u202eEve\r\nBcc: x\u0000" }, 3600);
    const { body } = await send(portico, "POST", "/v1/me/sync", token, {});
    expect(body["name"]).toBe("EveBcc: x");
  });
});

describe("what has changed since", () => {
  type Change = (invited: { admin: Awaited<ReturnType<typeof createMember>>; roleId: string }) => Promise<Answer>;
  const changes: readonly (readonly [name: string, change: Change])[] = [
    ["the role was deleted", ({ roleId }) => asOwner("DELETE", `/roles/${roleId}`)],
    ["the role has risen above the inviter", ({ roleId }) => asOwner("PATCH", `/roles/${roleId}`, { rank: 90 })],
    [
      "the role has got what the inviter lacks",
      ({ roleId }) => asOwner("PATCH", `/roles/${roleId}`, { rights: ["organization:purge"] }),
    ],
    ["the inviter was removed", ({ admin }) => asOwner("DELETE", `/memberships/${admin.membershipId}`)],
    [
      "the inviter was demoted",
      ({ admin }) => asOwner("PATCH", `/memberships/${admin.membershipId}`, { roleKey: "member" }),
    ],
    [
      "the inviter was made inactive",
      ({ admin }) => asOwner("PATCH", `/memberships/${admin.membershipId}`, { status: "inactive" }),
    ],
    [
      "the inviter was banned",
      ({ admin }) => asOwner("POST", `/memberships/${admin.membershipId}/ban`, { reason: "Test" }),
    ],
    ["the inviter has left", ({ admin }) => send(portico, "POST", "/v1/memberships/leave", admin.token, {})],
  ];

  it.each(changes)("makes the invitation void: %s", async (_name, change) => {
    const admin = await createMember(portico, acme, "admin");
    const roleId = await newRole(["item:read"], 10);
    const { id, email, token } = await invite(portico, admin.token, { roleId });
    const addressee = await signIn(portico, email);
    expect(await received(addressee)).toHaveLength(1);
    const changed = await change({ admin, roleId });
    expect(changed.status, changed.text).toBeLessThan(300);
    expectProblem(await accept(addressee, token), 409, "invitation_void");
    expect(await received(addressee)).toEqual([]);
    expect(await statusOf(id)).toBe("pending");
    expect((await asOwner("POST", `/invitations/${id}/revoke`)).status).toBe(200);
  });

  const added = async (credential: string, role: object) => {
    const email = `added${nextSample()}@acme.example`;
    const { status, body, text } = await send(portico, "POST", "/v1/users", credential, { email, ...role });
    expect(status, text).toBe(201);
    return { email, address: `/memberships/${String(body["membershipId"])}` };
  };
  const organizationsOf = async (token: string) =>
    (await send(portico, "GET", "/v1/organizations", token)).body["data"];

  // A role that a membership has is not deleted.
  it.each(changes.slice(1))(
    "leaves pending who was added, and signs them in all the same: %s",
    async (_name, change) => {
      const admin = await createMember(portico, acme, "admin");
      const roleId = await newRole(["item:read"], 10);
      const { email, address } = await added(admin.token, { roleId });
      const changed = await change({ admin, roleId });
      expect(changed.status, changed.text).toBeLessThan(300);
      const person = await signIn(portico, email);
      expect(await organizationsOf(person)).toEqual([]);
      expect((await asOwner("GET", address)).body["status"]).toBe("pending");
      // Whoever gives the role anew answers for it from then on.
      expect((await asOwner("PATCH", address, { roleKey: "viewer" })).body).toMatchObject({ invitedBy: ownerId });
      expect((await send(portico, "POST", "/v1/me/sync", person, {})).status).toBe(200);
      expect(await organizationsOf(person)).toMatchObject([{ id: acme.id, roleKey: "viewer" }]);
    },
  );

  it("leaves pending who was added by a key that was revoked, and gives no more than the key could", async () => {
    const scopes = ["member:invite", "item:read"];
    const key = (await asOwner("POST", "/api-keys", { name: "adding", scopes })).body;
    const roleId = await newRole(["item:read"], 10);
    const [risen, revoked] = [await added(String(key["key"]), { roleId }), await added(String(key["key"]), { roleId })];
    await asOwner("PATCH", `/roles/${roleId}`, { rights: ["item:read", "todo:read"] });
    expect(await organizationsOf(await signIn(portico, risen.email))).toEqual([]);
    await asOwner("PATCH", `/roles/${roleId}`, { rights: ["item:read"] });
    await asOwner("POST", `/api-keys/${String(key["id"])}/revoke`);
    expect(await organizationsOf(await signIn(portico, revoked.email))).toEqual([]);
  });

  it("is mended by who may give the role, who sends it again and answers for it then", async () => {
    const admin = await createMember(portico, acme, "admin");
    const { id, email } = await invite(portico, admin.token, { roleKey: "viewer" });
    await asOwner("DELETE", `/memberships/${admin.membershipId}`);
    expect((await asOwner("POST", `/invitations/${id}/resend`)).body).toMatchObject({ invitedBy: ownerId });
    const token = await tokenOf(portico, owner, id);
    expect((await accept(await signIn(portico, email), token)).status).toBe(200);
  });

  it("makes it void where a key that sent it was revoked, and gives no more than the key could", async () => {
    const scopes = ["member:invite", "item:read"];
    const key = (await asOwner("POST", "/api-keys", { name: "inviting", scopes })).body;
    const roleId = await newRole(["item:read"], 10);
    const send5 = (body: object) => send(portico, "POST", "/v1/invitations", String(key["key"]), body);
    expectProblem(await send5({ email: "mallory@evil.example", roleKey: "admin" }), 403, "forbidden");
    expectProblem(await send5({ email: "mallory@evil.example", roleKey: "viewer" }), 403, "forbidden");
    const risen = await invite(portico, String(key["key"]), { roleId });
    const invitee = await signIn(portico, risen.email);
    await asOwner("PATCH", `/roles/${roleId}`, { rights: ["item:read", "todo:read"] });
    expectProblem(await accept(invitee, risen.token), 409, "invitation_void");
    await asOwner("PATCH", `/roles/${roleId}`, { rights: ["item:read"] });
    await asOwner("POST", `/api-keys/${String(key["id"])}/revoke`);
    expectProblem(await accept(invitee, risen.token), 409, "invitation_void");
  });

  it("takes back what somebody has sent who deletes themselves", async () => {
    const admin = await createMember(portico, acme, "admin");
    const { id, email, token } = await invite(portico, admin.token, { roleKey: "viewer" });
    expect((await send(portico, "DELETE", "/v1/me", admin.token)).status).toBe(204);
    expect(await statusOf(id)).toBe("revoked");
    expectProblem(await accept(await signIn(portico, email), token), 404, "not_found");
  });

  it("needs the inviter's rights for a role at once", async () => {
    const admin = await createMember(portico, acme, "admin");
    const above = await newRole([], 90);
    const beyond = await newRole(["organization:purge"], 10);
    const email = `beyond${nextSample()}@acme.example`;
    const by = (body: object) => send(portico, "POST", "/v1/invitations", admin.token, { email, ...body });
    expectProblem(await by({ roleId: above }), 403, "rank_too_low");
    expectProblem(await by({ roleId: beyond }), 403, "forbidden");
    expectProblem(await by({ roleKey: "owner" }), 403, "forbidden");
    const { id } = await invite(portico, owner, { roleId: beyond });
    expectProblem(await send(portico, "POST", `/v1/invitations/${id}/resend`, admin.token, {}), 403, "forbidden");
  });
});

describe("who is out", () => {
  it("comes back around a ban by no invitation", async () => {
    const member = await createMember(portico, acme, "member");
    const { email: known } = (await send(portico, "GET", "/v1/me", member.token)).body;
    await asOwner("POST", `/memberships/${member.membershipId}/ban`, { reason: "Test" });
    expectProblem(await asOwner("POST", "/invitations", { email: known }), 409, "already_member");
    // By another address of the same person, which the inviter does not know to be theirs.
    const { email, token } = await invite(portico, owner);
    const sub = String(known).slice(0, String(known).indexOf("@"));
    const renamed = await portico.issuer.mintUserToken({ sub, email, email_verified: true, name: sub }, 3600);
    expect((await send(portico, "POST", "/v1/me/sync", renamed, {})).body["email"]).toBe(email);
    expectProblem(await accept(renamed, token), 409, "already_member");
    const { body } = await asOwner("GET", `/memberships/${member.membershipId}`);
    expect(body).toMatchObject({ bannedAt: expect.any(Number), roleKey: "member" });
  });

  it.each(["removed", "banned"])("finds no older invitation open: %s", async (end) => {
    // The invitation waits for an address that its holder, a member by another one, takes on later.
    const member = await createMember(portico, acme, "member");
    const { id, email, token } = await invite(portico, owner, { roleKey: "admin" });
    const { email: known } = (await send(portico, "GET", "/v1/me", member.token)).body;
    const sub = String(known).slice(0, String(known).indexOf("@"));
    const renamed = await portico.issuer.mintUserToken({ sub, email, email_verified: true, name: sub }, 3600);
    await send(portico, "POST", "/v1/me/sync", renamed, {});
    const path = `/memberships/${member.membershipId}`;
    const ended = await (end === "removed" ? asOwner("DELETE", path) : asOwner("POST", `${path}/ban`, { reason: "T" }));
    expect(ended.status, ended.text).toBeLessThan(300);
    expect(await statusOf(id)).toBe("revoked");
    expectProblem(await accept(renamed, token), 404, "not_found");
  });

  it("is out for good once a membership has ended, whatever token is left", async () => {
    const { email, token } = await invite(portico, owner);
    const addressee = await signIn(portico, email);
    const { body } = await accept(addressee, token);
    const { id } = Object(body["membership"]);
    expect((await asOwner("DELETE", `/memberships/${id}`)).status).toBe(204);
    expectProblem(await accept(addressee, token), 404, "not_found");
    expectProblem(await decline(addressee, token), 404, "not_found");
  });
});

describe("secrets", () => {
  it("are in no answer, no audit row and no log line", async () => {
    const { id, email, token } = await invite(portico, owner);
    const hash = /"tokenHash":"(?!\[redacted\])/;
    const answers = [
      (await asOwner("GET", `/invitations/${id}`)).text,
      (await asOwner("GET", "/invitations")).text,
      (await asOwner("POST", `/invitations/${id}/resend`)).text,
      (await asOwner("GET", "/audit-logs?limit=100")).text,
      (await asOwner("GET", `/audit-logs/records/invitations/${id}`)).text,
    ];
    for (const text of answers) {
      expect(text).not.toContain(token.slice(4));
      expect(text).not.toMatch(/inv_[0-9A-Za-z]{43}/);
      expect(text).not.toMatch(hash);
    }
    await accept(await signIn(portico, email), await tokenOf(portico, owner, id));
    expect(portico.logLines.join("\n")).not.toMatch(/inv_[0-9A-Za-z]{43}/);
  });

  it("open nothing as a credential", async () => {
    const { token } = await invite(portico, owner);
    for (const path of ["/v1/me", "/v1/items"])
      expectProblem(await send(portico, "GET", path, token), 401, "unauthenticated");
  });
});

it("makes one membership of 64 acceptances at once, and of 64 invitations of one address one", async () => {
  const { id, email, token } = await invite(portico, owner);
  const addressee = await signIn(portico, email);
  const accepted = await Promise.all(Array.from({ length: 64 }, () => accept(addressee, token)));
  const codes = accepted.map(({ status, body }) => (status === 200 ? "accepted" : body["code"]));
  expect(codes.filter((code) => code === "accepted")).toHaveLength(1);
  expect(new Set(codes)).toEqual(new Set(["accepted", "already_member"]));
  const { userId } = Object(accepted.find(({ status }) => status === 200)?.body["membership"]);
  expect((await asOwner("GET", `/memberships?userId=${userId}`)).body["data"]).toHaveLength(1);
  expect(await statusOf(id)).toBe("accepted");

  const racing = `racing${nextSample()}@acme.example`;
  const sent = await Promise.all(
    Array.from({ length: 64 }, (_, at) =>
      asOwner("POST", at % 2 === 0 ? "/invitations" : "/users", { email: racing, roleKey: "viewer" }),
    ),
  );
  expect(sent.filter(({ status }) => status === 201)).toHaveLength(1);
  expect(new Set(sent.map(({ status }) => status))).toEqual(new Set([201, 409]));
  noteTries(accepted.length + sent.length);
});

it("accepts or revokes, and never both", async () => {
  const race = async ({ id, email, token }: Invited) => {
    const addressee = await signIn(portico, email);
    const [accepted, revoked] = await Promise.all([
      accept(addressee, token),
      asOwner("POST", `/invitations/${id}/revoke`),
    ]);
    expect([
      [200, 409],
      [404, 200],
    ]).toContainEqual([accepted.status, revoked.status]);
    expect(await statusOf(id)).toBe(accepted.status === 200 ? "accepted" : "revoked");
  };
  const invited = await Promise.all(Array.from({ length: 16 }, () => invite(portico, owner)));
  await Promise.all(invited.map(race));
});
