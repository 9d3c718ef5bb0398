import { register as registerRateLimiter } from "@convex-dev/rate-limiter/test";
import { vi } from "vitest";
import { api } from "../_generated/api";
import schema from "../schema";
import { createTestHost } from "../../host/testHost/createTestHost";
import { defaultOrganizationSettings } from "../tenancy/tables";
import type { TransactionLimits } from "../../host/runtime/executor/transaction/transactionUsage";
import type { Doc, Id, TableNames } from "../_generated/dataModel";

const issuer = "https://identity.example";
const stamps = { createdAt: 1, updatedAt: 1 };
const rights = ["dock:*", "resource:*", "project:*", "operation:*", "job:*", "team:*", "client:*", "auditLog:read"];

/** The product in this process with an organization of Ann's, who may do everything with docks, what they bring, and whom it is for. */
export async function dockHost(transactionLimits: TransactionLimits = {}, file?: string) {
  vi.stubEnv("ENABLE_MOCK_PROVIDER", "true");
  vi.stubEnv("ENCRYPTION_MASTER_KEY", "ab".repeat(32));
  const host = openDockHost(transactionLimits, file);
  const organizationId = await host.run(async ({ db }) => {
    const person = { emailVerified: false, status: "active", isPlatformAdmin: false, ...stamps } as const;
    const ownerId = await db.insert("users", { tokenIdentifier: `${issuer}|ann`, name: "ann", ...person });
    const settings = defaultOrganizationSettings;
    const named = { name: "ann", slug: "ann", status: "active", ownerId, settings, ...stamps } as const;
    const id = await db.insert("organizations", named);
    const role = { key: "owner", name: "Owner", rank: 100, isSystem: false, scope: "organization", ...stamps } as const;
    const roleId = await db.insert("roles", { organizationId: id, ...role, rights });
    const member = { userId: ownerId, roleId, roleKey: "owner", status: "active", ...stamps } as const;
    await db.insert("memberships", { organizationId: id, ...member });
    return id;
  });
  const ann = host.withIdentity({ issuer, subject: "ann", tokenIdentifier: `${issuer}|ann` });
  const named = { organizationId: "ann" };
  const { docks } = api.infrastructure;
  return {
    host,
    ann,
    named,
    organizationId,
    create: (more: object = {}) =>
      ann.action(docks.create, { ...named, name: "Mock", provider: "mock", apiKey: keyOf("acme"), ...more }),
    rotate: (dockId: string, apiKey: string) => ann.action(docks.rotateKey, { ...named, dockId, apiKey }),
    test: (dockId: string) => ann.action(docks.test, { ...named, dockId }),
    remove: (dockId: string, permanent = false) => ann.mutation(docks.delete, { ...named, dockId, permanent }),
    restore: (dockId: string) => ann.mutation(docks.restore, { ...named, dockId }),
    get: (dockId: string) => ann.query(docks.get, { ...named, dockId }),
    /** As a sync leaves it. */
    patch: (dockId: string, changes: Partial<Doc<"docks">>) =>
      host.run(({ db }) => db.patch("docks", asDockId(db.normalizeId("docks", dockId)), changes)),
    rows: <Table extends TableNames>(table: Table): Promise<Doc<Table>[]> =>
      host.run(({ db }) => db.query(table).take(20_000)),
    settle: () => host.finishAllScheduledFunctions(() => vi.runAllTimers()),
  };
}

/** The product in this process, in memory or on a file that outlives it. */
export function openDockHost(transactionLimits: TransactionLimits = {}, file?: string) {
  const host = createTestHost({ schema, transactionLimits, ...(file === undefined ? {} : { file }) });
  registerRateLimiter(host);
  return host;
}

function asDockId(id: Id<"docks"> | null): Id<"docks"> {
  if (id === null) throw new Error("It is no id of a dock.");
  return id;
}

/** A key that the mock provider takes for one of this account. */
export function keyOf(account: string): string {
  return `mock_${account}_correct-horse-battery`;
}
