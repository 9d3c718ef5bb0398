import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import schema from "../schema";
import { internal } from "../_generated/api";
import { createTestHost } from "../../host/testHost/createTestHost";

const issuer = "https://clerk.example.com";

interface Message {
  readonly eventId: string;
  readonly type: string;
  readonly payload: string;
  readonly occurredAt: number;
}

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

async function received(host: Host, messages: readonly Message[]): Promise<void> {
  for (const message of messages) {
    await host.mutation(internal.platform.webhookEvents.receive, { provider: "clerk", ...message });
    await host.finishAllScheduledFunctions(vi.runAllTimers);
  }
}

/** Everything that Clerk's messages decide. Organizations in the trash have no members that anybody sees. */
async function stateOf(host: Host): Promise<unknown> {
  return host.run(async ({ db }) => {
    const users = await db.query("users").take(1000);
    const organizations = (await db.query("organizations").take(1000)).filter(
      ({ deletedAt }) => deletedAt === undefined,
    );
    const memberships = await db.query("memberships").take(1000);
    const who = new Map(users.map(({ _id, tokenIdentifier }) => [_id, tokenIdentifier]));
    const which = new Map(organizations.map(({ _id, externalId }) => [_id, externalId]));
    return {
      users: sorted(
        users.map(({ tokenIdentifier, email, emailVerified, name, status, deletedAt }) =>
          deletedAt === undefined ? { tokenIdentifier, email, emailVerified, name, status } : { tokenIdentifier, name },
        ),
      ),
      organizations: sorted(
        organizations.map(({ externalId, name, slug, ownerId }) => ({
          externalId,
          name,
          slug,
          owner: who.get(ownerId),
        })),
      ),
      memberships: sorted(
        memberships
          .filter(({ organizationId }) => which.has(organizationId))
          .map(({ organizationId, userId, roleKey, status }) => ({
            organization: which.get(organizationId),
            user: who.get(userId),
            roleKey,
            status,
          })),
      ),
    };
  });
}

const sorted = (rows: readonly object[]): readonly string[] =>
  rows.map((row) => JSON.stringify(row)).toSorted((one, other) => (one < other ? -1 : 1));

async function logOf(host: Host): Promise<readonly (readonly [string, string, string])[]> {
  return host.run(async ({ db }) =>
    (await db.query("webhookEvents").take(1000)).map(
      ({ eventId, status, error = "" }) => [eventId, status, error] as const,
    ),
  );
}

/** What has happened at Clerk, as its messages tell of it. */
class Clerk {
  readonly messages: Message[] = [];
  readonly users = new Map<string, { email: string | undefined; isBanned: boolean }>();
  readonly organizations = new Map<string, { slug: string | null; creator: string }>();
  readonly memberships = new Map<string, string>();
  readonly #creators = new Set<string>();
  #made = 0;

  tell(type: string, data: object): void {
    const at = this.messages.length + 1;
    this.messages.push({ eventId: `msg_${at}`, type, payload: JSON.stringify(data), occurredAt: at * 1000 });
  }

  #nth<Value>(values: readonly Value[], index: number): Value | undefined {
    return values[index % Math.max(1, values.length)];
  }

  #freeEmail(index: number): string | undefined {
    const taken = new Set(Array.from(this.users.values(), ({ email }) => email));
    return this.#nth(
      ["a@x.example", "b@x.example", "c@x.example"].filter((email) => !taken.has(email)),
      index,
    );
  }

  #freeSlug(index: number): string | null {
    const taken = new Set(Array.from(this.organizations.values(), ({ slug }) => slug));
    return this.#nth([null, ...["red", "blue", "green"].filter((slug) => !taken.has(slug))], index) ?? null;
  }

  #tellUser(verb: string, id: string, name: number): void {
    const { email, isBanned } = this.users.get(id) ?? { email: undefined, isBanned: false };
    const address = { id: "idn_1", email_address: email, verification: { status: "verified" } };
    this.tell(`user.${verb}`, {
      id,
      first_name: `Name ${name}`,
      banned: isBanned,
      primary_email_address_id: "idn_1",
      email_addresses: email === undefined ? [] : [address],
    });
  }

  #tellOrganization(verb: string, id: string, name: number): void {
    const { slug, creator } = this.organizations.get(id) ?? { slug: null, creator: "" };
    this.tell(`organization.${verb}`, { id, name: `Name ${name}`, slug, created_by: creator });
  }

  #tellMembership(verb: string, key: string): void {
    const [organization = "", user = ""] = key.split(" ");
    this.tell(`organizationMembership.${verb}`, {
      organization: { id: organization },
      public_user_data: { user_id: user },
      role: this.memberships.get(key),
      created_at: 1,
    });
  }

  /** One step of a history; what is not possible now is no step. */
  step(kind: number, first: number, second: number): void {
    const [users, organizations] = [[...this.users.keys()], [...this.organizations.keys()]];
    const [user, organization] = [this.#nth(users, first), this.#nth(organizations, second)];
    const membership = this.#nth([...this.memberships.keys()], first);
    const role = this.#nth(["org:admin", "org:member", "org:viewer", "org:owner", "org:unheard"], second) ?? "";
    switch (kind) {
      case 0: {
        const id = `user_${++this.#made}`;
        this.users.set(id, { email: this.#freeEmail(first), isBanned: false });
        return this.#tellUser("created", id, second);
      }
      case 1: {
        if (user === undefined) return;
        this.users.set(user, { email: this.#freeEmail(second), isBanned: second % 3 === 0 });
        return this.#tellUser("updated", user, second);
      }
      case 2: {
        // Who has created an organization stays: here that is its owner.
        if (user === undefined || this.#creators.has(user)) return;
        this.users.delete(user);
        for (const key of this.memberships.keys()) if (key.endsWith(` ${user}`)) this.memberships.delete(key);
        return this.tell("user.deleted", { id: user, deleted: true });
      }
      case 3: {
        if (user === undefined) return;
        const id = `org_${++this.#made}`;
        this.#creators.add(user);
        this.organizations.set(id, { slug: this.#freeSlug(second), creator: user });
        this.#tellOrganization("created", id, first);
        this.memberships.set(`${id} ${user}`, "org:admin");
        return this.#tellMembership("created", `${id} ${user}`);
      }
      case 4: {
        if (organization === undefined) return;
        const { creator } = this.organizations.get(organization) ?? { creator: "" };
        this.organizations.set(organization, { slug: this.#freeSlug(first), creator });
        return this.#tellOrganization("updated", organization, first);
      }
      case 5: {
        if (organization === undefined) return;
        this.organizations.delete(organization);
        for (const key of this.memberships.keys()) if (key.startsWith(`${organization} `)) this.memberships.delete(key);
        return this.tell("organization.deleted", { id: organization, deleted: true });
      }
      case 6: {
        if (user === undefined || organization === undefined) return;
        const key = `${organization} ${user}`;
        const verb = this.memberships.has(key) ? "updated" : "created";
        this.memberships.set(key, role);
        return this.#tellMembership(verb, key);
      }
      case 7: {
        if (membership === undefined) return;
        this.#tellMembership("deleted", membership);
        this.memberships.delete(membership);
      }
    }
  }
}

type Step = readonly [kind: number, first: number, second: number];
/** Two users, and an organization of the first. */
const beginning: readonly Step[] = [
  [0, 0, 0],
  [0, 1, 1],
  [3, 0, 1],
];

function historyOf(steps: readonly Step[]): Clerk {
  const clerk = new Clerk();
  for (const each of [...beginning, ...steps]) clerk.step(...each);
  return clerk;
}

const step = fc.tuple(fc.nat(7), fc.nat(20), fc.nat(20));

it("comes to the same in every order, however often a message comes", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 16 }).chain((steps) => {
        const { messages } = historyOf(steps);
        const again = fc.subarray(messages.map((_message, index) => index));
        return fc.record({
          messages: fc.constant(messages),
          order: again.chain((twice) => {
            const all = [...messages.keys(), ...twice];
            return fc.shuffledSubarray(all, { minLength: all.length });
          }),
        });
      }),
      async ({ messages, order }) => {
        const [inOrder, inAnother] = [openHost(), openHost()];
        try {
          await received(inOrder, messages);
          await received(
            inAnother,
            order.flatMap((index) => messages[index] ?? []),
          );
          expect(await stateOf(inAnother)).toEqual(await stateOf(inOrder));
        } finally {
          await inOrder.close();
          await inAnother.close();
        }
      },
    ),
    { numRuns: 20 },
  );
});

describe("a message", () => {
  const clerk = () => historyOf([]);

  it("makes users, an organization with its owner, and members", async () => {
    const host = openHost();
    const told = clerk();
    told.step(6, 1, 2);
    await received(host, told.messages);
    expect(await stateOf(host)).toMatchObject({
      organizations: [expect.stringContaining('"owner":"https://clerk.example.com|user_1"')],
      memberships: [expect.stringContaining('"roleKey":"owner"'), expect.stringContaining('"roleKey":"viewer"')],
    });
    await host.close();
  });

  it("that a rule refuses is kept as failed with its reason, and tried again when asked", async () => {
    const host = openHost();
    const told = clerk();
    told.tell("user.deleted", { id: "user_1", deleted: true });
    await received(host, told.messages);
    const before = await stateOf(host);
    const failures = (await logOf(host)).filter(([, status]) => status === "failed");
    expect(failures).toEqual([[told.messages.at(-1)?.eventId, "failed", expect.stringMatching(/^sole_owner: /)]]);

    const ids = await host.run(async ({ db }) => {
      // What an operator would have done in the meantime.
      for (const organization of await db.query("organizations").take(1000))
        for (const other of await db.query("users").take(1000))
          if (other._id !== organization.ownerId)
            await db.patch("organizations", organization._id, { ownerId: other._id });
      return (await db.query("webhookEvents").take(1000))
        .filter(({ status }) => status === "failed")
        .map(({ _id }) => _id);
    });
    for (const eventId of ids) await host.mutation(internal.platform.webhookEvents.retry, { eventId });
    await host.finishAllScheduledFunctions(vi.runAllTimers);
    expect((await logOf(host)).filter(([, status]) => status === "failed")).toEqual([]);
    expect(await stateOf(host)).not.toEqual(before);
    const [first] = ids;
    if (first === undefined) throw new Error("Nothing failed.");
    await expect(host.mutation(internal.platform.webhookEvents.retry, { eventId: first })).rejects.toThrow(
      "Only what has failed",
    );
    await host.close();
  });

  it("of a kind or form that means nothing here changes nothing, and is told of", async () => {
    const host = openHost();
    const odd = (eventId: string, type: string, payload: string) => ({ eventId, type, payload, occurredAt: 1 });
    await received(host, [
      odd("msg_a", "session.created", "{}"),
      odd("msg_b", "user.created", "{}"),
      odd("msg_c", "user.created", "[]"),
      odd("msg_d", "organization.created", '{"id":"org_1","name":"x"}'),
    ]);
    expect((await logOf(host)).map(([, status]) => status)).toEqual(["ignored", "failed", "failed", "failed"]);
    expect(await stateOf(host)).toEqual({ users: [], organizations: [], memberships: [] });
    // Five times at most, the first included.
    for (let run = 0; run < 7; run++) {
      await host.mutation(internal.platform.webhookEvents.retryFailed, {});
      await host.finishAllScheduledFunctions(vi.runAllTimers);
    }
    const attempts = await host.run(async ({ db }) =>
      (await db.query("webhookEvents").take(1000)).map((row) => row.attempts),
    );
    expect(attempts).toEqual([1, 5, 5, 5]);
    await host.close();
  });

  it("gives back no user of a token that Clerk has deleted", async () => {
    const host = openHost();
    const told = new Clerk();
    told.step(0, 0, 0);
    told.tell("user.deleted", { id: "user_1", deleted: true });
    await received(host, told.messages.toReversed());
    expect(await stateOf(host)).toMatchObject({ users: [expect.stringContaining("Deleted user")] });
    await host.close();
  });

  it("never takes another user's address", async () => {
    const host = openHost();
    await host.run(({ db }) =>
      db.insert("users", {
        tokenIdentifier: "https://other.example|1",
        email: "a@x.example",
        emailVerified: true,
        name: "Other",
        status: "active",
        isPlatformAdmin: false,
        createdAt: 1,
        updatedAt: 1,
      }),
    );
    const told = new Clerk();
    told.step(0, 0, 0);
    await received(host, told.messages);
    expect(await logOf(host)).toEqual([["msg_1", "failed", expect.stringMatching(/^email_taken: /)]]);
    const state = JSON.stringify(await stateOf(host));
    expect(state.split("a@x.example")).toHaveLength(2);
    await host.close();
  });
});
