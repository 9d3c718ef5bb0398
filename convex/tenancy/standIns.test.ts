import { beforeEach, afterEach, expect, it, vi } from "vitest";
import schema from "../schema";
import { api, internal } from "../_generated/api";
import { createTestHost } from "../../host/testHost/createTestHost";

// The operator makes an organization for somebody's address, who then signs in: as nobody that was known, as somebody who was known
// without the address, and as a user of whom Clerk tells first.

const issuer = "https://clerk.example.com";
const ann = { issuer, subject: "user_ann", tokenIdentifier: `${issuer}|user_ann`, sid: "sess_1" };
const address = { email: "ann@x.example", emailVerified: true, email_verified: true };

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout"] });
  vi.stubEnv("AUTH_PROVIDERS", JSON.stringify([{ preset: "clerk", domain: issuer }]));
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
});

type Host = ReturnType<typeof openHost>;
const openHost = () => createTestHost(schema);

const found = (host: Host) =>
  host.mutation(internal.tenancy.operator.write, {
    name: "Acme",
    ownerEmail: address.email,
    key: { hash: "a".repeat(64), prefix: "sk_live_abcd" },
  });

/** Who owns the organization and its key, is in it, and is there at all. */
const stateOf = (host: Host) =>
  host.run(async ({ db }) => {
    const users = await db.query("users").take(10);
    const organization = await db.query("organizations").first();
    const memberships = await db.query("memberships").take(10);
    const key = await db.query("apiKeys").first();
    const who = (id: string | undefined) => users.find(({ _id }) => _id === id)?.tokenIdentifier ?? null;
    return {
      users: users.map(({ tokenIdentifier, email, status }) => ({ tokenIdentifier, email, status })),
      owner: who(organization?.ownerId),
      keyOwner: who(key?.ownerId),
      members: memberships.map(({ userId, roleKey, status }) => [who(userId), roleKey, status]),
    };
  });

const hers = {
  users: [{ tokenIdentifier: ann.tokenIdentifier, email: address.email, status: "active" }],
  owner: ann.tokenIdentifier,
  keyOwner: ann.tokenIdentifier,
  members: [[ann.tokenIdentifier, "owner", "active"]],
};

it("becomes the person's who signs in with the address for the first time", async () => {
  const host = openHost();
  await found(host);
  await host.withIdentity({ ...ann, ...address }).mutation(api.tenancy.me.sync, {});
  expect(await stateOf(host)).toEqual(hers);
  await host.close();
});

it("becomes the person's who was known without an address, once they have it", async () => {
  const host = openHost();
  await host.withIdentity(ann).mutation(api.tenancy.me.sync, {});
  await found(host);
  await host.withIdentity({ ...ann, ...address }).mutation(api.tenancy.me.sync, {});
  expect(await stateOf(host)).toEqual(hers);
  await host.close();
});

it("becomes nobody's whose address is not verified", async () => {
  const host = openHost();
  await found(host);
  await host
    .withIdentity({ ...ann, email: address.email, emailVerified: false, email_verified: false })
    .mutation(api.tenancy.me.sync, {});
  expect(await stateOf(host)).toMatchObject({ owner: null, members: [[null, "owner", "active"]] });
  await host.close();
});

it.each(["before", "after"])("becomes the person's of whom Clerk tells, %s they were known", async (when) => {
  const host = openHost();
  if (when === "after") await host.withIdentity(ann).mutation(api.tenancy.me.sync, {});
  await found(host);
  const data = {
    id: "user_ann",
    first_name: "Ann",
    banned: false,
    primary_email_address_id: "idn_1",
    email_addresses: [{ id: "idn_1", email_address: address.email, verification: { status: "verified" } }],
  };
  await host.mutation(internal.platform.webhookEvents.receive, {
    provider: "clerk",
    eventId: "msg_1",
    type: "user.created",
    payload: JSON.stringify(data),
    occurredAt: 1000,
  });
  await host.finishAllScheduledFunctions(vi.runAllTimers);
  expect(await stateOf(host)).toEqual(hers);
  await host.close();
});
