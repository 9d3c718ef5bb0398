import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { api, internal } from "../_generated/api";
import { maximumGrants } from "./operationServices/ending";
import { operationHost, storageConfig } from "./operationHost.testing";

beforeEach(() => void vi.useFakeTimers({ now: Date.UTC(2026, 0, 15), toFake: ["Date", "setTimeout", "clearTimeout"] }));
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

const { operationPermissions, operationServices } = api.infrastructure;
const firstPage = { paginationOpts: { cursor: null, numItems: 100 } };
interface Listed {
  readonly page: readonly { readonly id: string }[];
}
const zone = { apiToken: "cf-token-0123456789-abcdefghij", zoneId: "ab".repeat(16) };

const refusal = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => Object(error).data,
  );
const pointersOf = ({ errors }: { errors?: readonly { pointer: string }[] }) => errors?.map(({ pointer }) => pointer);

describe("a configuration", () => {
  it("is stored encrypted, and told as far as it is no secret", async () => {
    const { services, rows, audited } = await operationHost();
    const made = await services.create();
    expect(made).toMatchObject({
      status: "active",
      keyVersion: 1,
      configHint: { bucket: "acme-backups", region: "eu-central-1", prefix: "von ü@+/" },
    });
    expect(made).not.toHaveProperty("encryptedConfig");
    expect(JSON.stringify([made, await rows("operationServices"), await rows("auditLogs")])).not.toContain("wJalr");
    const created = (await audited("credential.create")).filter(({ recordId }) => recordId === made.id);
    expect(created).toHaveLength(1);
    const rotated = await services.rotate(made.id, { ...storageConfig, bucket: "acme-other" });
    expect(rotated.configHint["bucket"]).toBe("acme-other");
    expect(await audited("credential.rotate")).toHaveLength(1);
  });

  it.each([
    ["a host of this network", { ...storageConfig, endpoint: "https://10.1.2.3" }, "/config/endpoint"],
    ["a host of the link", { ...storageConfig, endpoint: "https://169.254.169.254" }, "/config/endpoint"],
    ["no TLS", { ...storageConfig, endpoint: "http://storage.example.com" }, "/config/endpoint"],
    ["a field that is none", { ...storageConfig, host: "storage.example.com" }, "/config/host"],
    ["a number for a name", { ...storageConfig, bucket: 5 }, "/config/bucket"],
    ["steps up in its prefix", { ...storageConfig, prefix: "../" }, "/config/prefix"],
    [
      "a key with a line end",
      { ...storageConfig, secretAccessKey: "wJalrXUtnFEMI\r\nx-evil: 1" },
      "/config/secretAccessKey",
    ],
    ["no key", { bucket: "acme-backups", region: "eu-central-1", accessKeyId: "AKIA" }, "/config/secretAccessKey"],
    ["a path behind its host", { ...storageConfig, endpoint: "https://storage.example.com/a/.." }, "/config/endpoint"],
    ["an empty query", { ...storageConfig, endpoint: "https://storage.example.com?" }, "/config/endpoint"],
    ["a host that is none", { ...storageConfig, endpoint: "storage", pathStyle: false }, "/config/endpoint"],
    [
      "hosts below an address",
      { ...storageConfig, endpoint: "https://8.8.8.8", pathStyle: false },
      "/config/pathStyle",
    ],
    ["what cannot be seen", { ...storageConfig, prefix: "a\u202eb/" }, "/config/prefix"],
    ["what another type takes", zone, "/config/bucket"],
  ])("is refused with %s, tried or not, and nothing is stored", async (_what, config, pointer) => {
    const { services, rows } = await operationHost();
    for (const dryRun of [false, true]) {
      const refused = await refusal(services.create({ config, dryRun }));
      expect(refused).toMatchObject({ code: "config_invalid", status: 422 });
      expect(pointersOf(refused)).toContain(pointer);
      expect(JSON.stringify(refused)).not.toMatch(/wJalr|cf-token/);
    }
    expect(await rows("operationServices")).toEqual([]);
    const { id } = await services.create();
    for (const dryRun of [false, true])
      expect(await refusal(services.rotate(id, config, dryRun))).toMatchObject({ code: "config_invalid" });
    expect((await services.get(id)).configHint["bucket"]).toBe("acme-backups");
  });

  it("is tried without being kept", async () => {
    const { services, rows } = await operationHost();
    const tried = await services.create({ dryRun: true });
    expect(tried).toMatchObject({ status: "active", configHint: { bucket: "acme-backups" }, keyVersion: 1 });
    expect(await rows("operationServices")).toEqual([]);
  });

  it.each([
    ["no master key", undefined],
    ["a master key of the wrong length", "abcd"],
  ])("is refused with %s, and nothing is stored", async (_what, key) => {
    const { services, rows } = await operationHost();
    const { id } = await services.create();
    const before = await rows("operationServices");
    vi.stubEnv("ENCRYPTION_MASTER_KEY", key);
    const refused = { code: "encryption_not_configured", status: 503 };
    expect(await refusal(services.create({ name: "Another" }))).toMatchObject(refused);
    expect(await refusal(services.rotate(id, { ...storageConfig, bucket: "acme-other" }))).toMatchObject(refused);
    expect(await rows("operationServices")).toEqual(before);
  });

  it("is encrypted anew with the rest", async () => {
    const { host, services, storage, settleRuns, job } = await operationHost();
    const { id } = await services.create();
    vi.stubEnv("ENCRYPTION_MASTER_KEY_V1", "ab".repeat(32));
    vi.stubEnv("ENCRYPTION_MASTER_KEY", "cd".repeat(32));
    vi.stubEnv("ENCRYPTION_KEY_VERSION", "2");
    await host.action(internal.core.records.reencryption.reencryptSecrets, {});
    vi.stubEnv("ENCRYPTION_MASTER_KEY_V1", undefined);
    expect(await services.get(id)).toMatchObject({ keyVersion: 2 });
    const { jobId } = await services.run(id, "test");
    await settleRuns();
    expect([(await job(jobId)).status, storage.requests.length]).toEqual(["completed", 3]);
  });
});

describe("a service that is deleted", () => {
  it("has no configuration, no grants and no runs that wait any more, and comes back in error", async () => {
    const { services, rows, teamId, settleRuns } = await operationHost();
    const { id } = await services.create();
    await services.grant(id, teamId);
    await services.run(id, "backup");
    await services.remove(id);
    const [row] = await rows("operationServices");
    expect(row).not.toHaveProperty("encryptedConfig");
    expect([
      await rows("operationPermissions"),
      (await rows("scheduledJobs")).filter((one) => one.action === "operation.run"),
    ]).toEqual([[], []]);
    await settleRuns();
    const restored = await services.restore(id);
    expect(restored).toMatchObject({ status: "error", lastRunError: "It has no configuration: give it one." });
    expect(restored).not.toHaveProperty("keyVersion");
    expect(await refusal(services.run(id, "test"))).toMatchObject({ code: "operation_config_missing", status: 409 });
    expect(await services.rotate(id, storageConfig)).toMatchObject({ status: "active", keyVersion: 1 });
    await services.run(id, "test");
    await settleRuns();
    expect(await services.get(id)).toMatchObject({ status: "active", lastRunAt: expect.any(Number) });
  });

  it("stays in error after a run that it outlived, and is made active by a configuration alone", async () => {
    const { services, settleRuns, storage, job } = await operationHost();
    const { id } = await services.create();
    const { jobId } = await services.run(id, "test");
    let isRestored = false;
    vi.stubGlobal("fetch", async (...request: Parameters<typeof storage.fetch>) => {
      if (!isRestored) {
        await services.remove(id);
        await services.restore(id);
      }
      isRestored = true;
      return storage.fetch(...request);
    });
    await settleRuns();
    expect(await job(jobId)).toMatchObject({ status: "completed" });
    const unconfigured = { status: "error", lastRunError: "It has no configuration: give it one." };
    expect(await services.get(id)).toMatchObject({ ...unconfigured, lastRunAt: expect.any(Number) });
    const missing = { code: "operation_config_missing", status: 409 };
    expect(await refusal(services.update(id, { status: "active" }))).toMatchObject(missing);
    expect(await services.get(id)).toMatchObject(unconfigured);
    await services.update(id, { status: "disabled" });
    expect(await refusal(services.update(id, { status: "active" }))).toMatchObject(missing);
    expect(await services.rotate(id, storageConfig)).toMatchObject({ status: "disabled" });
    expect(await services.update(id, { status: "active" })).toMatchObject({ status: "active" });
  });

  it("is gone for good with its runs", async () => {
    const { services, rows, settleRuns } = await operationHost();
    const { id } = await services.create();
    await services.run(id, "test");
    await settleRuns();
    await services.remove(id);
    await services.remove(id, true);
    await settleRuns();
    expect([
      await rows("operationServices"),
      (await rows("scheduledJobs")).filter((one) => one.operationServiceId === id),
    ]).toEqual([[], []]);
  });
});

describe("grants of services", () => {
  it("let members of the team read and run what is theirs, and nothing else", async () => {
    const { services, named, developer, teamId, ann, settleRuns } = await operationHost();
    const { id: granted } = await services.create();
    const { id: other } = await services.create({ name: "Others" });
    const { id: permissionId } = await services.grant(granted, teamId);
    expect(await services.grants(granted)).toMatchObject([{ serviceId: granted, teamId }]);
    const dev = await developer("dev", teamId);
    const nobody = await developer("nobody", undefined);
    const listed = async (who: typeof dev) => {
      const { page }: Listed = Object(await who.query(operationServices.list, { ...named, ...firstPage }));
      return page.map(({ id }) => id);
    };
    expect([await listed(dev), await listed(nobody), await listed(ann)]).toEqual([[granted], [], [other, granted]]);
    const run = (who: typeof dev, operationServiceId: string) =>
      who.mutation(operationServices.run, { ...named, operationServiceId, operation: "test" });
    expect(await run(dev, granted)).toMatchObject({ status: "pending", isNew: true });
    await settleRuns();
    const runs = await dev.query(operationServices.listRuns, { ...named, operationServiceId: granted, ...firstPage });
    expect(runs.page).toMatchObject([{ operation: "test", status: "completed" }]);
    for (const [who, id] of [
      [dev, other],
      [nobody, granted],
    ] as const) {
      expect(await refusal(run(who, id))).toMatchObject({ code: "not_assigned", status: 403 });
      const asked = { ...named, operationServiceId: id };
      expect(await refusal(who.query(operationServices.listRuns, { ...asked, ...firstPage }))).toMatchObject({
        code: "not_assigned",
      });
    }
    expect(
      await refusal(dev.mutation(operationServices.update, { ...named, operationServiceId: granted, name: "Mine" })),
    ).toMatchObject({ status: 403 });
    await services.revoke(granted, permissionId);
    expect(await refusal(run(dev, granted))).toMatchObject({ code: "not_assigned" });
  });

  it("give nobody more than their giver has", async () => {
    const { services, named, developer, teamId } = await operationHost();
    const { id: operationServiceId } = await services.create();
    await developer("dev", teamId);
    const grantedBy = async (name: string, rights: string[], scope: "assigned" | "organization") => {
      const giver = await developer(name, scope === "assigned" ? teamId : undefined, rights, scope);
      return giver.mutation(operationPermissions.grant, { ...named, operationServiceId, teamId });
    };
    const rights = ["operation:read", "operation:grant"];
    const lacking = { code: "forbidden", detail: expect.stringContaining("operation:run") };
    expect(await refusal(grantedBy("reader", rights, "organization"))).toMatchObject(lacking);
    expect(await refusal(grantedBy("outsider", [...rights, "operation:run"], "assigned"))).toMatchObject({
      code: "not_assigned",
    });
    await grantedBy("runner", [...rights, "operation:run"], "organization");
    expect(await services.grants(operationServiceId)).toHaveLength(1);
  });

  it("are as many as one deletion ends", async () => {
    const { host, services, named, ann, teamId, rows, organizationId } = await operationHost();
    const { id: serviceId } = await services.create();
    await host.run(async ({ db }) => {
      for (let at = 0; at < maximumGrants; at += 1) {
        const team = { organizationId, name: `Team ${at}`, createdAt: 1, updatedAt: 1 };
        await db.insert("operationPermissions", {
          organizationId,
          serviceId,
          teamId: at === 0 ? teamId : await db.insert("teams", team),
          createdAt: 1,
        });
      }
    });
    const { id: another } = await ann.mutation(api.access.teams.create, { ...named, name: "One too many" });
    expect(await refusal(services.grant(serviceId, another))).toMatchObject({ code: "limit_reached", status: 409 });
    await services.remove(serviceId);
    expect(await rows("operationPermissions")).toEqual([]);
  });

  it("are made once, to teams of the organization, and are taken back from the service that they are of", async () => {
    const { host, services, teamId, audited, rows } = await operationHost();
    const { id } = await services.create();
    const { id: other } = await services.create({ name: "Others" });
    const { id: permissionId } = await services.grant(id, teamId);
    expect(await refusal(services.grant(id, teamId))).toMatchObject({ code: "already_granted", status: 409 });
    const foreignTeam = await host.run(async ({ db }) => {
      const own = await db.query("organizations").first();
      if (!own) throw new Error("There is no organization.");
      const { _id, _creationTime, ...fields } = own;
      const organizationId = await db.insert("organizations", { ...fields, slug: "others" });
      return db.insert("teams", { organizationId, name: "Theirs", createdAt: 1, updatedAt: 1 });
    });
    const refused = await refusal(services.grant(id, foreignTeam));
    expect([refused, pointersOf(refused)]).toMatchObject([
      { code: "cross_tenant_reference", status: 422 },
      ["/teamId"],
    ]);
    expect(await refusal(services.revoke(other, permissionId))).toMatchObject({ code: "not_found" });
    await services.revoke(id, permissionId);
    expect(await rows("operationPermissions")).toEqual([]);
    expect([await audited("rbac.grant"), await audited("rbac.revoke")].map(({ length }) => length)).toEqual([1, 1]);
  });
});
