import { createHash, randomBytes } from "node:crypto";

/** How many device agents check in; each connection of the load generator is one of them. */
const agentCount = 64;

/** Credentials that both servers know; new ones for every run. */
export interface SetupKeys {
  readonly apiKey: string;
  readonly agentKeys: readonly string[];
}

/** Where a benchmark server is and what may be asked of it. */
export interface Setup extends SetupKeys {
  readonly url: string;
  /** A sample of the stored schedules. */
  readonly scheduleIds: readonly string[];
}

/** Ids that later documents refer to. */
export interface Owners {
  readonly organizationId: string;
  readonly userId: string;
}

export function newKeys(): SetupKeys {
  return {
    apiKey: `sk_${randomBytes(24).toString("hex")}`,
    agentKeys: Array.from({ length: agentCount }, () => `agt_${randomBytes(24).toString("hex")}`),
  };
}

export function sha256Hex(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

const dayMs = 86_400_000;
const stamps = (now: number) => ({ createdAt: now, updatedAt: now });

export function userDocument(now: number) {
  return {
    email: "owner@bench.example",
    emailVerified: true,
    name: "Bench owner",
    status: "active",
    isPlatformAdmin: false,
    ...stamps(now),
  };
}

export function roleDocument(now: number) {
  return {
    key: "owner",
    name: "Owner",
    rights: ["*"],
    scope: "organization",
    rank: 100,
    isSystem: true,
    ...stamps(now),
  };
}

export function organizationDocument(now: number, ownerId: string) {
  return {
    name: "Bench",
    slug: "bench",
    status: "active",
    ownerId,
    settings: {
      timezone: "UTC",
      currency: "usd",
      healthDownThreshold: 3,
      agentCheckinIntervalSeconds: 300,
      apiLogRetentionDays: 30,
      auditRetentionDays: 365,
      trashRetentionDays: 30,
    },
    ...stamps(now),
  };
}

export function membershipDocument(now: number, { organizationId, userId }: Owners, roleId: string) {
  return { organizationId, userId, roleId, roleKey: "owner", status: "active", ...stamps(now) };
}

export function apiKeyDocument(now: number, { organizationId, userId }: Owners, apiKey: string) {
  return {
    organizationId,
    name: "Bench",
    keyPrefix: apiKey.slice(0, 12),
    keyHash: sha256Hex(apiKey),
    scopes: ["schedule:create", "schedule:read", "agentApiLog:read", "organization:read", "organization:update"],
    status: "active",
    createdBy: userId,
    ownerId: userId,
    ...stamps(now),
  };
}

export function siteDocument(now: number, { organizationId }: Owners) {
  return { organizationId, name: "Head office", slug: "head-office", status: "active", ...stamps(now) };
}

export function agentDocument(now: number, { organizationId }: Owners, siteId: string, key: string, at: number) {
  return {
    organizationId,
    siteId,
    guid: `bench-device-${at}`,
    hostname: `bench-${at}`,
    platform: "linux",
    version: "1.0.0",
    registeredAt: now,
    connectionStatus: "offline",
    credentialStatus: "active",
    keyHash: sha256Hex(key),
    ...stamps(now),
  };
}

/** A schedule of about 600 bytes, as the design's measurements of the store assume. */
export function scheduleDocument(now: number, { organizationId, userId }: Owners, at: number) {
  return { organizationId, userId, ...scheduleBody(now, at), status: "draft", createdBy: userId, ...stamps(now) };
}

/** What a client sends to create a schedule. */
export function scheduleBody(now: number, at: number) {
  return {
    title: `Quarterly maintenance window ${at}`,
    description: "Check backups, rotate credentials and patch every host of the site. ".repeat(5),
    startDate: now + at * 60_000,
    endDate: now + at * 60_000 + dayMs,
  };
}

/** What an agent sends when it checks in. */
export const checkInBody = {
  version: "1.2.0",
  hostname: "bench-device",
  ipAddress: "192.0.2.7",
  facts: {
    os: "Debian 12",
    kernel: "6.1.0",
    cpus: 4,
    memoryBytes: 8_589_934_592,
    disks: [{ name: "sda", freeBytes: 1e11 }],
  },
};
