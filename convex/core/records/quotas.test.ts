import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import * as fc from "fast-check";
import schema from "../../schema";
import { internal } from "../../_generated/api";
import { createTestHost } from "../../../host/testHost/createTestHost";
import { defaultOrganizationSettings, organizationQuotaFields } from "../../tenancy/tables";
import { dayMs, hourMs } from "../wire/durations";
import { deleteTenantRows } from "./cascades";
import { quotaRules } from "./quotas";
import { systemWriter } from "./systemWriter";
import type { Doc, Id } from "../../_generated/dataModel";
import type { UnscopedWriter } from "./writer";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const allRows = 1000;
const work = { noun: "test", action: "test.write", isAudited: false } as const;
const newHost = () => createTestHost(schema);
type Host = ReturnType<typeof newHost>;

/** Runs `write` as one transaction, which what it throws undoes. */
function write<Result>(host: Host, run: (writer: UnscopedWriter) => Promise<Result>): Promise<Result> {
  return host.run((ctx) => run(systemWriter(ctx, { ...work, now: Date.now() })));
}

/** The code of the problem that a write is refused with. */
const codeOf = (writing: Promise<unknown>) =>
  writing.then(
    () => undefined,
    (error: unknown): unknown => Object(error).data?.code,
  );

async function newOrganization(host: Host, slug: string, quotas: Doc<"organizations">["quotas"] = {}) {
  return write(host, async (writer) => {
    const person = { emailVerified: false, name: "Ann", status: "active", isPlatformAdmin: false } as const;
    const { _id: ownerId } = await writer.insert("users", { ...person, tokenIdentifier: slug });
    const settings = defaultOrganizationSettings;
    return writer.insert("organizations", { name: slug, slug, status: "active", ownerId, settings, quotas });
  });
}

async function newSite(host: Host, organization: Doc<"organizations">): Promise<Id<"sites">> {
  const site = { name: "Depot", slug: "depot", status: "active" } as const;
  return (await write(host, (writer) => writer.within(organization).insert("sites", site)))._id;
}

let made = 0;
const newKey = (writer: UnscopedWriter, organization: Doc<"organizations">) =>
  writer.within(organization).insert("apiKeys", {
    name: "Key",
    scopes: ["item:read"],
    status: "active",
    keyHash: `hash-${String(made++)}`,
    keyPrefix: "sk_live_",
  });
const newAgent = (writer: UnscopedWriter, organization: Doc<"organizations">, siteId: Id<"sites">) =>
  writer.within(organization).insert("agents", {
    siteId,
    guid: `guid-${String(made++)}`,
    hostname: "pi",
    platform: "linux",
    version: "1.0.0",
    registeredAt: Date.now(),
    connectionStatus: "online",
    credentialStatus: "active",
    keyHash: `hash-${String(made)}`,
  });
const newFile = (writer: UnscopedWriter, organization: Doc<"organizations">, storageId: Id<"_storage">, size: number) =>
  writer.within(organization).insert("files", {
    storageId,
    name: "a.txt",
    contentType: "text/plain",
    size,
    sha256: "00",
    purpose: "other",
    refCount: 0,
  });
const mail = (
  writer: UnscopedWriter,
  organization: Doc<"organizations">,
  templateType: "organizationInvite" | "welcome",
) =>
  writer.within(organization).insert("emails", {
    to: "dana@example.com",
    templateType,
    subject: "Hello",
    html: "",
    text: "",
    status: "sent",
    attempts: 1,
  });

const usedOf = async (host: Host, organizationId: Id<"organizations">) => {
  const rows = await host.run(({ db }) => db.query("organizationUsages").take(allRows));
  const own = rows.filter((row) => row.organizationId === organizationId);
  return Object.fromEntries(own.map(({ quota, used }) => [quota, used]));
};
const recount = (host: Host, organizationId: Id<"organizations">) =>
  host.mutation(internal.core.records.recounting.run, { organizationId });

const step = fc.record({
  kind: fc.constantFrom(
    "key",
    "revoke",
    "file",
    "trashFile",
    "purgeFile",
    "agent",
    "trashAgent",
    "restoreAgent",
    "purgeAgent",
  ),
  at: fc.nat(20),
});

describe("the counters of quotas", () => {
  it("are what a recount finds, and never above the quota, whatever is written", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 30 }), async (steps) => {
        const host = newHost();
        const quotas = { apiKeyCount: 2, fileCount: 3, fileBytes: 10, agentCount: 2 };
        const organization = await newOrganization(host, "one", quotas);
        const siteId = await newSite(host, organization);
        for (const { kind, at } of steps) {
          const storageId = await host.run(({ storage }) => storage.store(new Blob(["bytes"])));
          // What is refused has changed nothing.
          await write(host, async (writer) => {
            const pick = <Row>(rows: readonly Row[]): Row | undefined => rows[at % Math.max(1, rows.length)];
            const keys = await writer.query("apiKeys").take(allRows);
            const files = await writer.query("files").take(allRows);
            const agents = await writer.query("agents").take(allRows);
            const [key, file, agent] = [pick(keys), pick(files), pick(agents)];
            if (kind === "key") await newKey(writer, organization);
            if (kind === "revoke" && key) await writer.patch("apiKeys", key, { status: "revoked" });
            if (kind === "file") await newFile(writer, organization, storageId, at % 7);
            if (kind === "trashFile" && file) await writer.softDelete("files", file);
            if (kind === "purgeFile" && file) await writer.purge("files", file);
            if (kind === "agent") await newAgent(writer, organization, siteId);
            if (kind === "trashAgent" && agent) await writer.softDelete("agents", agent);
            if (kind === "restoreAgent" && agent) await writer.restore("agents", agent);
            if (kind === "purgeAgent" && agent) await writer.purge("agents", agent);
          }).catch(() => undefined);
          expect(await recount(host, organization._id)).toMatchObject({ isComplete: true, differences: 0 });
          const used = await usedOf(host, organization._id);
          for (const [quota, limit] of Object.entries(quotas))
            expect(used[quota] ?? 0, quota).toBeLessThanOrEqual(limit);
        }
      }),
      { numRuns: 20 },
    );
  });

  it("are gone with their organization, and with the files of it", async () => {
    const host = newHost();
    const organization = await newOrganization(host, "one");
    const storageId = await host.run(({ storage }) => storage.store(new Blob(["bytes"])));
    await write(host, (writer) => newFile(writer, organization, storageId, 5));
    await write(host, (writer) => newKey(writer, organization));
    expect(await usedOf(host, organization._id)).toEqual({ fileCount: 1, fileBytes: 5, apiKeyCount: 1 });
    await host.run((ctx) => deleteTenantRows(ctx, organization._id, ""));
    expect(await host.run(({ db }) => db.query("organizationUsages").take(allRows))).toEqual([]);
  });

  it("count for each organization apart", async () => {
    const host = newHost();
    const [one, two] = [await newOrganization(host, "one", { apiKeyCount: 1 }), await newOrganization(host, "two")];
    await write(host, (writer) => newKey(writer, one));
    await write(host, (writer) => newKey(writer, two));
    expect(await codeOf(write(host, (writer) => newKey(writer, one)))).toBe("limit_reached");
    await write(host, (writer) => newKey(writer, two));
  });
});

describe("a quota", () => {
  it("says what is counted, how much of it there is, and its name", async () => {
    const host = newHost();
    const organization = await newOrganization(host, "one", { fileBytes: 9 });
    const storageId = await host.run(({ storage }) => storage.store(new Blob(["bytes"])));
    await write(host, (writer) => newFile(writer, organization, storageId, 5));
    const another = await host.run(({ storage }) => storage.store(new Blob(["bytes"])));
    const refusal: unknown = await write(host, (writer) => newFile(writer, organization, another, 5)).catch(
      (error: unknown) => Object(error).data,
    );
    expect(refusal).toMatchObject({ status: 409, code: "limit_reached" });
    expect(Object(refusal).detail).toMatch(/Bytes of files.*: 9 at most \(quota `fileBytes`\); 5 are in use\./);
  });

  it("that is lowered takes nothing away, and lets go of what there is", async () => {
    const host = newHost();
    const organization = await newOrganization(host, "one");
    const keys = [
      await write(host, (writer) => newKey(writer, organization)),
      await write(host, (writer) => newKey(writer, organization)),
    ];
    await write(host, (writer) => writer.patch("organizations", organization, { quotas: { apiKeyCount: 0 } }));
    for (const key of keys) await write(host, (writer) => writer.patch("apiKeys", key, { status: "revoked" }));
    expect(await usedOf(host, organization._id)).toEqual({ apiKeyCount: 0 });
    expect(await codeOf(write(host, (writer) => newKey(writer, organization)))).toBe("limit_reached");
  });

  it("of a day begins anew with the next one, whatever became of the rows", async () => {
    const host = newHost();
    const organization = await newOrganization(host, "one", { invitationEmailsPerDay: 2 });
    const invite = () => write(host, (writer) => mail(writer, organization, "organizationInvite"));
    await invite();
    const second = await invite();
    await write(host, (writer) => writer.purge("emails", second));
    vi.advanceTimersByTime(dayMs - hourMs);
    const refusal: unknown = await invite().catch((error: unknown) => Object(error).data);
    expect(refusal).toMatchObject({
      status: 429,
      code: "rate_limited",
      retryAfterSeconds: hourMs / 1000,
      "violated-policies": ["invitationEmailsPerDay"],
    });
    // What goes to members is not counted.
    await write(host, (writer) => mail(writer, organization, "welcome"));
    vi.advanceTimersByTime(hourMs);
    await invite();
    expect(await usedOf(host, organization._id)).toEqual({ invitationEmailsPerDay: 1 });
  });

  it("has one name and one limit in every table that counts for it, and is what an organization can be given", () => {
    const rules = quotaRules();
    expect([...rules.keys()].toSorted()).toEqual(Object.keys(organizationQuotaFields).toSorted());
    for (const [name, [first, ...others]] of rules)
      for (const other of others)
        expect([other.limit, other.says, other.perDay], name).toEqual([first?.limit, first?.says, first?.perDay]);
    const written = Object.entries(organizationQuotaFields).map(([name, field]) => {
      const [, number = "", unit = ""] = /([\d,]+)( GiB)? unless set/.exec(field.unwrap().description ?? "") ?? [];
      return [name, Number(number.replaceAll(",", "")) * (unit === "" ? 1 : 1024 ** 3)];
    });
    expect(Object.fromEntries(written)).toEqual(
      Object.fromEntries([...rules].map(([name, [rule]]) => [name, rule?.limit])),
    );
  });
});

describe("a recount", () => {
  it("mends counters and counts of files that differ, says so in the trail, and finds nothing the next time", async () => {
    const host = newHost();
    const organization = await newOrganization(host, "one");
    const storageId = await host.run(({ storage }) => storage.store(new Blob(["bytes"])));
    const file = await write(host, (writer) => newFile(writer, organization, storageId, 5));
    await write(host, (writer) => newKey(writer, organization));
    await host.run(async ({ db }) => {
      await db.patch("files", file._id, { refCount: 7 });
      const usages = await db.query("organizationUsages").take(allRows);
      for (const { _id, quota } of usages)
        if (quota === "apiKeyCount") await db.patch("organizationUsages", _id, { used: 4 });
      for (const { _id, quota } of usages) if (quota === "fileBytes") await db.delete("organizationUsages", _id);
    });
    const report = await recount(host, organization._id);
    expect(report).toMatchObject({ isComplete: true, differences: 3 });
    expect(report?.mended.toSorted((left, right) => left.was - right.was)).toEqual([
      { of: "fileBytes", was: 0, is: 5 },
      { of: "apiKeyCount", was: 4, is: 1 },
      { of: file._id, was: 7, is: 0 },
    ]);
    expect(await recount(host, organization._id)).toMatchObject({ differences: 0 });
    const trail = await host.run(({ db }) => db.query("auditLogs").take(allRows));
    expect(trail.filter(({ action }) => action === "organization.recount")).toMatchObject([
      { organizationId: organization._id, actorType: "system", metadata: { differences: 3 } },
    ]);
  });

  it("goes through all organizations", async () => {
    const host = newHost();
    const organizations = [await newOrganization(host, "one"), await newOrganization(host, "two")];
    for (const organization of organizations) {
      await write(host, (writer) => newKey(writer, organization));
      await host.run(async ({ db }) => {
        for (const { _id } of await db.query("organizationUsages").take(allRows))
          await db.delete("organizationUsages", _id);
      });
    }
    await host.mutation(internal.core.records.recounting.run, {});
    await host.finishAllScheduledFunctions(vi.runAllTimers);
    for (const { _id } of organizations) expect(await usedOf(host, _id)).toEqual({ apiKeyCount: 1 });
  });
});
