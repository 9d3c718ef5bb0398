import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { api, internal } from "../../convex/_generated/api";
import { sha256Hex } from "../../convex/core/wire/secrets";
import { organizationOf } from "./organizationRows.testing";

const hourMs = 3_600_000;
const firstPage = { paginationOpts: { numItems: 10, cursor: null } };

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.UTC(2026, 0, 15) });
});
afterEach(() => {
  vi.useRealTimers();
});

/** An organization that has invited somebody for an hour. */
async function invited() {
  const world = await organizationOf(["admin", "member"]);
  await world.newUser("sam");
  const admin = world.as("admin");
  const sent = { organizationId: "acme", email: "sam@people.example", expiresAt: Date.now() + hourMs };
  const { id } = await admin.mutation(api.tenancy.invitations.create, sent);
  const token = `inv_${"4".repeat(43)}`;
  const tokenHash = await sha256Hex(token);
  await world.host.run(({ db }) => db.patch("invitations", id, { tokenHash }));
  return { ...world, admin, sam: world.as("sam"), id, token, sent };
}

it("opens nothing from its last moment on, at every door", async () => {
  const { admin, sam, id, token, sent } = await invited();
  vi.setSystemTime(sent.expiresAt - 1);
  expect((await sam.query(api.tenancy.me.listInvitations, firstPage)).page).toHaveLength(1);
  vi.setSystemTime(sent.expiresAt);
  for (const verb of ["accept", "decline"] as const)
    await expect(sam.mutation(api.tenancy.invitations[verb], { token })).rejects.toMatchObject({
      data: { status: 410, code: "invitation_expired" },
    });
  expect((await sam.query(api.tenancy.me.listInvitations, firstPage)).page).toEqual([]);
  const where = { organizationId: "acme", invitationId: id };
  expect(await admin.query(api.tenancy.invitations.get, where)).toMatchObject({ status: "expired" });
  for (const verb of ["resend", "revoke"] as const)
    await expect(admin.mutation(api.tenancy.invitations[verb], where)).rejects.toMatchObject({
      data: { code: "invalid_state_transition" },
    });
});

it("is written down as expired by the cron, with an audit row, and leaves the list of pending ones at once", async () => {
  const { host, admin, id, sent } = await invited();
  const listed = async (status: "pending" | "expired") => {
    const filtered = { organizationId: "acme", status, ...firstPage };
    const { page }: { page: unknown[] } = Object(await admin.query(api.tenancy.invitations.list, filtered));
    return page.length;
  };
  await host.mutation(internal.tenancy.invitationUpkeep.expire, {});
  expect([await listed("pending"), await listed("expired")]).toEqual([1, 0]);
  vi.setSystemTime(sent.expiresAt);
  expect(await listed("pending")).toBe(0);
  await host.mutation(internal.tenancy.invitationUpkeep.expire, {});
  expect([await listed("pending"), await listed("expired")]).toEqual([0, 1]);
  const stored = await host.run(({ db }) => db.get("invitations", id));
  expect(stored?.status).toBe("expired");
  const audited = await host.run(({ db }) => db.query("auditLogs").collect());
  expect(audited.filter(({ action, recordId }) => action === "invitation.expire" && recordId === id)).toHaveLength(1);
});

it("makes place for the next one of its address, whether or not the cron has run", async () => {
  const { host, admin, id, sent } = await invited();
  const { expiresAt: _past, ...again } = sent;
  await expect(admin.mutation(api.tenancy.invitations.create, again)).rejects.toMatchObject({
    data: { code: "invitation_pending" },
  });
  vi.setSystemTime(sent.expiresAt);
  expect(await admin.mutation(api.tenancy.invitations.create, again)).toMatchObject({ status: "pending" });
  expect((await host.run(({ db }) => db.get("invitations", id)))?.status).toBe("expired");
});

it("has its token stored by its own e-mail only, while it waits", async () => {
  const { host, admin, id } = await invited();
  const store = (sendCount: number) =>
    host.mutation(internal.tenancy.invitationUpkeep.storeToken, {
      rowId: `${id}.${sendCount}`,
      secret: { hash: "f".repeat(64), prefix: "inv_ffffffff" },
    });
  expect([await store(1), await store(2)]).toEqual([true, false]);
  await admin.mutation(api.tenancy.invitations.resend, { organizationId: "acme", invitationId: id });
  // An e-mail that is sent late must not end the token of the one after it.
  expect([await store(1), await store(2)]).toEqual([false, true]);
  await admin.mutation(api.tenancy.invitations.revoke, { organizationId: "acme", invitationId: id });
  expect(await store(2)).toBe(false);
  await host.finishInProgressScheduledFunctions();
});

it("is not shown to its addressee while the organization is out of use, and goes with it", async () => {
  const { host, organizationId, sam, token } = await invited();
  await host.run(({ db }) => db.patch("organizations", organizationId, { status: "suspended" }));
  expect((await sam.query(api.tenancy.me.listInvitations, firstPage)).page).toEqual([]);
  await expect(sam.mutation(api.tenancy.invitations.accept, { token })).rejects.toMatchObject({
    data: { code: "organization_suspended" },
  });
  const past = { status: "inactive", deletedAt: 1, purgeAfter: 2 } as const;
  await host.run(({ db }) => db.patch("organizations", organizationId, past));
  await expect(sam.mutation(api.tenancy.invitations.accept, { token })).rejects.toMatchObject({
    data: { code: "organization_deleted" },
  });
  await host.mutation(internal.tenancy.purging.purgeDue, {});
  await vi.waitUntil(async () => (await host.run(({ db }) => db.get("organizations", organizationId))) === null, {
    timeout: 60_000,
  });
  expect(await host.run(({ db }) => db.query("invitations").collect())).toEqual([]);
  await expect(sam.mutation(api.tenancy.invitations.accept, { token })).rejects.toMatchObject({
    data: { code: "not_found" },
  });
});
