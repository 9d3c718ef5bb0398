import { beforeEach, describe, expect, it } from "vitest";
import schema from "../../schema";
import { createTestHost } from "../../../host/testHost/createTestHost";
import { defaultOrganizationSettings } from "../../tenancy/tables";
import { systemWriter } from "./systemWriter";
import { eventOf, eventTypes, maximumPayloadBytes } from "./events";
import type { TenantWriter } from "./writer";
import type { Doc, Id } from "../../_generated/dataModel";

type Host = ReturnType<typeof createTestHost<(typeof schema)["tables"]>>;

let host: Host;
let organizationId: Id<"organizations">;
let userId: Id<"users">;
let roleId: Id<"roles">;

beforeEach(async () => {
  host = createTestHost({ schema });
  const stamps = { createdAt: 1, updatedAt: 1 };
  await host.run(async ({ db }) => {
    const person = { name: "Ann", emailVerified: false, status: "active", isPlatformAdmin: false, ...stamps } as const;
    userId = await db.insert("users", person);
    const role = {
      key: "member",
      name: "Member",
      scope: "organization",
      rank: 40,
      isSystem: true,
    } as const;
    roleId = await db.insert("roles", { ...role, rights: [], ...stamps });
    const named = { name: "Acme", slug: "acme", status: "active", ownerId: userId, hasWebhooks: true } as const;
    organizationId = await db.insert("organizations", { ...named, settings: defaultOrganizationSettings, ...stamps });
  });
});

/** Adds an endpoint that wants `eventTypes`. */
function addEndpoint(wanted: string[], status: "active" | "disabled" = "active"): Promise<Id<"webhookEndpoints">> {
  return host.run(({ db }) =>
    db.insert("webhookEndpoints", {
      organizationId,
      url: `https://hooks.example.com/${wanted.join("-")}/${status}`,
      eventTypes: wanted,
      sealedSecret: { ciphertext: new ArrayBuffer(0), bindingId: "" },
      status,
      createdAt: 1,
      updatedAt: 1,
    }),
  );
}

/** Writes in the organization as an operation does. */
function write<Result>(work: (db: TenantWriter) => Promise<Result>): Promise<Result> {
  return host.run(async (ctx) => {
    const organization = await ctx.db.get("organizations", organizationId);
    if (!organization) throw new Error("The organization is there.");
    const writer = systemWriter(ctx, { noun: "test", action: "test.write", isAudited: true, now: Date.now() });
    return work(writer.within(organization));
  });
}

const events = (): Promise<Doc<"outboxEvents">[]> => host.run(({ db }) => db.query("outboxEvents").take(1000));
const told = async () => (await events()).map(({ eventType }) => eventType);

const site = (slug: string) => ({ name: "Depot", slug, status: "active" }) as const;

describe("the events of a table", () => {
  it("are told by the writes that they are declared for, whoever writes", async () => {
    await addEndpoint(["*"]);
    await write(async (db) => {
      const made = await db.insert("sites", site("depot"));
      const changed = await db.patch("sites", made, { name: "Depot 2" });
      // What changes nothing tells nothing.
      const same = await db.patch("sites", changed, { name: "Depot 2" });
      const deleted = await db.softDelete("sites", same);
      const restored = await db.restore("sites", deleted);
      await db.purge("sites", await db.softDelete("sites", restored));
      await db.insert("todos", { text: "Order parts", completed: false });
    });
    expect(await told()).toEqual([
      "site.created",
      "site.updated",
      "site.deleted",
      "site.restored",
      // A purge of what is in the trash has been told of.
      "site.deleted",
    ]);
  });

  it("tell of members when they join, change and leave, and of nobody who only waits", async () => {
    await addEndpoint(["*"]);
    const pending = { userId, roleId, roleKey: "member", status: "pending" } as const;
    await write(async (db) => {
      const waiting = await db.insert("memberships", pending);
      const renamed = await db.patch("memberships", waiting, { invitedName: "Ann" });
      const joined = await db.patch("memberships", renamed, { status: "active" });
      const banned = await db.patch("memberships", joined, { bannedAt: 5, banReason: "Nobody's business." });
      const inactive = await db.patch("memberships", banned, { status: "inactive" });
      const back = await db.patch("memberships", inactive, { status: "active" });
      await db.purge("memberships", back);
      await db.purge("memberships", await db.insert("memberships", pending));
    });
    expect(await told()).toEqual([
      "member.joined",
      "member.updated",
      "member.updated",
      "member.updated",
      "member.removed",
    ]);
    for (const { payload } of await events()) expect(payload).not.toContain("business");
  });

  it("are one row each, which names the endpoints that want it", async () => {
    const [all, some] = [await addEndpoint(["*"]), await addEndpoint(["ping", "site.created"])];
    await addEndpoint(["site.deleted"]);
    await addEndpoint(["*"], "disabled");
    await write((db) => db.insert("sites", site("depot")));
    expect(await events()).toEqual([
      expect.objectContaining({ eventType: "site.created", status: "pending", endpointIds: [all, some] }),
    ]);
  });

  it("that no endpoint wants leave nothing", async () => {
    await addEndpoint(["site.deleted"]);
    await write((db) => db.insert("sites", site("depot")));
    expect(await events()).toEqual([]);
    expect(await host.run(({ db }) => db.system.query("_scheduled_functions").take(10))).toEqual([]);
  });

  it("are undone with the change that they tell of", async () => {
    await addEndpoint(["*"]);
    const failed = write(async (db) => {
      await db.insert("sites", site("depot"));
      throw new Error("The change fails.");
    });
    await expect(failed).rejects.toThrow("The change fails.");
    expect(await events()).toEqual([]);
  });

  it("have one fan-out scheduled, however many there are in a transaction, and for however many endpoints", async () => {
    for (let each = 0; each < 20; each++) await addEndpoint(["*", `test.${each}`]);
    await write(async (db) => {
      for (let at = 0; at < 50; at++) await db.insert("sites", site(`depot-${at}`));
    });
    expect(await events()).toHaveLength(50);
    expect(await host.run(({ db }) => db.system.query("_scheduled_functions").take(10))).toHaveLength(1);
  });
});

it("are looked for only where an endpoint has been", async () => {
  await host.run(({ db }) => db.patch("organizations", organizationId, { hasWebhooks: undefined }));
  await addEndpoint(["*"]);
  await write((db) => db.insert("sites", site("depot")));
  expect(await events()).toEqual([]);
  const values = { url: "https://hooks.example.com/new", eventTypes: ["*"], status: "active" } as const;
  const sealedSecret = { ciphertext: new ArrayBuffer(0), bindingId: "" };
  await write((db) => db.insert("webhookEndpoints", { ...values, eventTypes: ["*"], sealedSecret }));
  await write((db) => db.insert("sites", site("depot-2")));
  expect(await events()).toEqual([expect.objectContaining({ endpointIds: [expect.any(String), expect.any(String)] })]);
});

it("leave out what is large where one transaction tells of many rows", async () => {
  await addEndpoint(["*"]);
  await write(async (db) => {
    for (let each = 0; each < 80; each++)
      await db.insert("healthChecks", {
        resourceType: "site",
        resourceId: `site-${each}`,
        status: "down",
        failureCount: 3,
        lastCheckAt: 1,
        metadata: { text: "y".repeat(60_000) },
      });
  });
  const payloads = (await events()).map(({ payload }) => payload);
  expect(payloads).toHaveLength(80);
  expect(payloads[0]).toContain("yyy");
  expect(JSON.parse(payloads.at(-1) ?? "")).toMatchObject({
    type: "health.down",
    data: { id: expect.any(String), resourceId: "site-79", status: "down" },
    omitted: ["metadata"],
  });
});

describe("a payload", () => {
  const make = (row: object) =>
    eventOf("agents", "agent.online", { _id: "row", _creationTime: 5, ...row }, organizationId, 7);

  it("is the row as answers show it, without secrets", () => {
    const { payload, eventId } = make({ hostname: "pi", keyHash: "abc", lastCheckinAt: undefined });
    expect(JSON.parse(payload)).toEqual({
      id: eventId,
      type: "agent.online",
      createdAt: 7,
      organizationId,
      data: { id: "row", hostname: "pi" },
    });
  });

  it("has names as callers know them", () => {
    expect(JSON.parse(make({ metadata: { "\\u0024cost": 1 } }).payload)).toMatchObject({ data: { metadata: {} } });
  });

  it("takes 64 KiB at most, and says what it leaves out", () => {
    const { payload } = make({ hostname: "pi", metadata: { text: "ä".repeat(40_000) }, tags: ["a".repeat(100)] });
    expect(new TextEncoder().encode(payload).length).toBeLessThan(maximumPayloadBytes);
    expect(JSON.parse(payload)).toMatchObject({
      data: { hostname: "pi", tags: [expect.any(String)] },
      omitted: ["metadata"],
    });
  });
});

it("there are names of, each once", () => {
  expect(eventTypes()).toContain("schedule.created");
  expect(new Set(eventTypes()).size).toBe(eventTypes().length);
});
