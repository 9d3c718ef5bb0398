import { afterEach, expect, it, vi } from "vitest";
import { api } from "../_generated/api";
import { organizationOf } from "../../openapi/contract/organizationRows.testing";

const endpoint = { url: "https://hooks.example.com/portico", eventTypes: ["*"] };

afterEach(() => vi.unstubAllEnvs());

it.each(["", "short", "zz".repeat(32)])("stores nothing where the master key is %j", async (key) => {
  vi.stubEnv("ENCRYPTION_MASTER_KEY", key);
  const { host, as, organizationId } = await organizationOf(["owner"]);
  const created = as("owner").action(api.platform.webhookEndpoints.create, { ...endpoint, organizationId });
  await expect(created).rejects.toMatchObject({ data: { status: 503, code: "encryption_not_configured" } });
  expect(await host.run(({ db }) => db.query("webhookEndpoints").take(10))).toEqual([]);
});

it("stores a secret that only its key opens, and shows it once", async () => {
  vi.stubEnv("ENCRYPTION_MASTER_KEY", "07".repeat(32));
  const { host, as, organizationId } = await organizationOf(["owner"]);
  const { secret } = await as("owner").action(api.platform.webhookEndpoints.create, { ...endpoint, organizationId });
  expect(secret).toMatch(/^whsec_[0-9A-Za-z]{44}$/);
  const [row] = await host.run(({ db }) => db.query("webhookEndpoints").take(10));
  const audit = await host.run(({ db }) => db.query("auditLogs").take(10));
  expect(row?.sealedSecret.ciphertext.byteLength).toBeGreaterThan(40);
  expect(JSON.stringify([row, audit])).not.toContain(String(secret));
  expect(audit).toContainEqual(expect.objectContaining({ action: "credential.create", recordId: row?._id }));
});
