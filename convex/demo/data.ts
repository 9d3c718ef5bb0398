/** What the demo organizations hold: the smallest set on which every operation has something to show. */

export interface DemoOrganization {
  readonly name: string;
  readonly slug: string;
}

export const organizations: readonly DemoOrganization[] = [
  { name: "Acme", slug: "acme" },
  { name: "Globex", slug: "globex" },
];

/** One user each, with the built-in role of this key. */
export const roles = ["owner", "admin", "moderator", "member", "viewer"] as const;
export type DemoRole = (typeof roles)[number];

export const sites = [
  { name: "Headquarters", slug: "headquarters" },
  { name: "Warehouse", slug: "warehouse" },
];

export function agentsOf(slug: string) {
  return [
    {
      guid: `${slug}-device-0001`,
      hostname: `${slug}-front-desk`,
      platform: "windows",
      version: "1.4.2",
      tags: ["reception"],
    },
    {
      guid: `${slug}-device-0002`,
      hostname: `${slug}-scanner`,
      platform: "linux",
      version: "1.4.2",
      tags: ["logistics"],
    },
    { guid: `${slug}-device-0003`, hostname: `${slug}-studio`, platform: "macos", version: "1.3.0" },
  ] satisfies {
    guid: string;
    hostname: string;
    platform: "windows" | "linux" | "macos";
    version: string;
    tags?: string[];
  }[];
}

interface DemoSchedule {
  readonly title: string;
  readonly role: DemoRole;
  readonly status: "draft" | "active" | "completed" | "cancelled";
  readonly startsInHours: number;
  readonly lengthHours: number;
}

export const schedules: readonly DemoSchedule[] = [
  { title: "Quarterly maintenance", role: "member", status: "draft", startsInHours: 48, lengthHours: 4 },
  { title: "Network upgrade", role: "admin", status: "active", startsInHours: 2, lengthHours: 8 },
  { title: "Inventory", role: "member", status: "completed", startsInHours: -72, lengthHours: 6 },
  { title: "Office move", role: "moderator", status: "cancelled", startsInHours: 120, lengthHours: 24 },
];

export const items: { name: string; status: string; description?: string; tags?: string[] }[] = [
  { name: "Label printer", status: "open", description: "Second floor, next to the stairs.", tags: ["hardware"] },
  { name: "Spare access point", status: "open", tags: ["hardware", "network"] },
  { name: "Fire door inspection", status: "done" },
];

export const todos = [
  { text: "Order toner", completed: false },
  { text: "Renew the certificate of the intranet", completed: false },
  { text: "Replace the battery of the alarm", completed: true },
];

/** What the demo's organizations can bill. */
export const demoIntegration = {
  slug: "demo-rmm",
  name: "Demo RMM",
  description: "Managed devices, to try usage and bills with.",
  category: "rmm",
  supportedTypes: ["devices"],
  isActive: true,
} as const;

/** 2.50 a device, of the greatest count of each site in a period. */
export const demoPrice = {
  name: "device",
  description: "A managed device.",
  unitCost: 250,
  aggregation: "max",
  effectiveFrom: Date.UTC(2026, 0, 1),
} as const;
