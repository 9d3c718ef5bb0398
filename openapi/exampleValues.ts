import { createHash } from "node:crypto";
import type { JsonObject } from "./json";

/** Where an example stands. */
export interface ExamplePlace {
  /** The field. */
  readonly name: string;
  /** What it is about, a site having another name than a person: the operation, then resources, the nearest first. */
  readonly contexts: readonly string[];
}

const digits = "0123456789abcdefghjkmnpqrstvwxyz";

/** A row id as it might be: always the same for a table, so that one example refers to another. */
export function exampleId(table: string): string {
  const bytes = createHash("sha256").update(table).digest();
  return Array.from({ length: 32 }, (_, at) => digits[(bytes[at] ?? 0) % 32]).join("");
}

const exampleTimeMs = Date.UTC(2026, 0, 15, 9, 30);
const hourMs = 3_600_000;
const latestTimeMs = 8_640_000_000_000_000;

/**
 * Believable texts by field name, and by what they are about: `<resource or operation>.<field>` comes before the field alone. A
 * field that is not here is tried with the general ones.
 */
const texts: Readonly<Record<string, string>> = {
  "agentApiLog.endpoint": "/v1/agents/check-in",
  "agentApiLog.method": "POST",
  "agentEnrollmentToken.name": "Rollout spring 2026",
  "apiKey.name": "Nightly export",
  "auditLog.errorMessage": "The permission schedule:update is missing.",
  "auditLog.result": "success",
  "banMember.reason": "Kept posting advertisements after two warnings.",
  "batchCreateItems.name": "Flow meter",
  "batchCreateSites.name": "Antwerp depot",
  "batchCreateSites.psaCompanyId": "10443",
  "batchCreateSites.slug": "antwerp-depot",
  "cancelSchedule.reason": "Rescheduled to next week.",
  "checkInAgent.code": "too_deep",
  "checkInAgent.message": "JSON may be nested 16 levels deep at most.",
  "checkInAgent.pointer": "/facts/disks",
  "createOrganization.externalId": "org_2vK8mQ4",
  "createOrganization.name": "Lakeside Clinics",
  "createOrganization.slug": "lakeside-clinics",
  "createUser.email": "sam.lindqvist@example.com",
  "createUser.name": "Sam Lindqvist",
  "item.description": "Measures the water in the north basin.",
  "item.name": "Pressure sensor",
  "organization.externalId": "org_5bT1xW9",
  "organization.name": "North Wind Energy",
  "organization.slug": "north-wind-energy",
  "permission.action": "read",
  "permission.description": "See schedules.",
  "permission.key": "member",
  "permission.permission": "schedule:read",
  "permission.resource": "schedule",
  "role.description": "Plans and does the work on sites.",
  "role.key": "fieldEngineer",
  "role.name": "Field engineer",
  "schedule.description": "Replace the filters on the roof.",
  "site.name": "Rotterdam depot",
  "site.slug": "rotterdam-depot",
  "user.name": "Dana Okoye",
  action: "schedule.create",
  agentVersion: "4.2.1",
  architecture: "x64",
  banReason: "Kept posting advertisements after two warnings.",
  bio: "Keeps the pumps of three sites running.",
  city: "Zurich",
  code: "validation_failed",
  confirmSlug: "north-wind-energy",
  country: "CH",
  currency: "eur",
  cursor: "eyJwb3NpdGlvbiI6WzE3NjgsIm1kNyJdfQ",
  detail: "/title: This field is required.",
  displayName: "Dana Okoye",
  errorMessage: "The disk is almost full.",
  errors: "The disk is almost full.",
  extAddress: "198.51.100.24",
  externalId: "idp_7Hq2Vx9",
  guid: "3f2b8c1e-5d4a-4e9b-9a77-1c0d5e6f7a8b",
  hostname: "rooftop-pi-07",
  invitedName: "Dana Okoye",
  ipAddress: "203.0.113.7",
  keyPrefix: "sk_live_4fZ2kQ9x",
  lastUsedIp: "203.0.113.7",
  locale: "en-GB",
  macAddress: "02:42:ac:11:00:02",
  nextCursor: "eyJwb3NpdGlvbiI6WzE3NjgsIm1kNyJdfQ",
  operatingSystem: "linux",
  organizationId: exampleId("organizations"),
  platform: "linux",
  pointer: "/title",
  psaCompanyId: "10442",
  psaParentCompanyId: "10400",
  psaSiteId: "2217",
  recordId: exampleId("schedules"),
  requestId: "0d9f6f0e-8c1f-4f5b-9a55-2f1f7a1f4d3c",
  rights: "schedule:read",
  rmmDeviceId: "88213",
  roleKey: "member",
  scopes: "schedule:read",
  slug: "north-wind-energy",
  status: "open",
  tableName: "schedules",
  tags: "maintenance",
  text: "Order spare parts",
  timezone: "Europe/Zurich",
  title: "Service the pumps",
  tokenIdentifier: "https://id.example.com|user_2abc",
  tokenPrefix: "enr_8dK2pT6w",
  userAgent: "portico-sdk/0.1.0",
  userId: exampleId("users"),
  version: "4.2.1",
};

/** Believable objects for free-form fields, by the same names as texts. */
const objects: Readonly<Record<string, JsonObject>> = {
  "agent.metadata": { osVersion: "Debian 13", memoryGigabytes: 8 },
  "agentApiLog.reqMetadata": { facts: ["osVersion", "memoryGigabytes"] },
  "agentApiLog.resMetadata": { durationMs: 12 },
  "auditLog.metadata": { reason: "Rescheduled to next week." },
  changes: { status: { from: "draft", to: "active" } },
  dashboardLayout: { columns: 2 },
  facts: { osVersion: "Debian 13", memoryGigabytes: 8 },
  metadata: { costCenter: "4711" },
};

const contexts: ReadonlySet<string> = new Set(
  Object.keys(texts).flatMap((key) => (key.includes(".") ? [key.slice(0, key.indexOf("."))] : [])),
);

/** True for what some text is about. */
export function isContext(name: string): boolean {
  return contexts.has(name);
}

/** The text that is known for a place, whether or not it may stand there. */
export function knownText(place: ExamplePlace): string | undefined {
  return foundIn(texts, place);
}

/** The object that is known for a place, whether or not it may stand there. */
export function knownObject(place: ExamplePlace): JsonObject | undefined {
  return foundIn(objects, place);
}

function foundIn<Value>(known: Readonly<Record<string, Value>>, { name, contexts: about }: ExamplePlace) {
  const key = about.map((context) => `${context}.${name}`).find((candidate) => candidate in known) ?? name;
  return known[key];
}

const formats: Readonly<Record<string, string>> = {
  email: "dana.okoye@example.com",
  uri: "https://example.com/north-wind",
  ipv4: "203.0.113.7",
  ipv6: "2001:db8::7",
  uuid: "0d9f6f0e-8c1f-4f5b-9a55-2f1f7a1f4d3c",
  "date-time": "2026-01-15T09:30:00Z",
};

const generalTexts = [
  "Example",
  "example",
  "example-1",
  "schedule:read",
  "eur",
  "4.2.1",
  "3f2b8c1e-5d4a-4e9b-9a77-1c0d5e6f7a8b",
  "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
  "+41445550199",
  "02:42:ac:11:00:02",
  "Europe/Zurich",
];

interface TextBounds {
  readonly format: string | undefined;
  readonly pattern: string | undefined;
  readonly minLength: number;
  readonly maxLength: number;
}

/** A text for a field within its bounds. Throws where none is known: give the field `.meta({ examples })`. */
export function exampleText(place: ExamplePlace, { format, pattern, minLength, maxLength }: TextBounds): string {
  const known = knownText(place);
  const formatted = format === undefined ? undefined : formats[format];
  if (formatted !== undefined) return format === "email" && known !== undefined ? known : formatted;
  const expression = pattern === undefined ? undefined : new RegExp(pattern, "u");
  const candidates = [...(known === undefined ? [] : [known]), ...generalTexts];
  const found = candidates.find(
    (text) => text.length >= minLength && text.length <= maxLength && (expression?.test(text) ?? true),
  );
  if (found !== undefined) return found;
  if (expression === undefined && maxLength < 7) return "x".repeat(Math.max(Math.min(1, maxLength), minLength));
  if (expression === undefined) return "Example ".repeat(Math.ceil(minLength / 8)).slice(0, maxLength);
  throw new Error(`No example is known for ${place.name} with the pattern ${pattern}.`);
}

/** A number for the field `name` within its bounds: times lie close together, ends after beginnings. */
export function exampleNumber(name: string, minimum: number, maximum: number): number {
  const isTime = maximum === latestTimeMs;
  const wanted = isTime
    ? exampleTimeMs + (/end|to$|until|expires|updated/i.test(name) ? hourMs : 0)
    : name === "limit"
      ? 25
      : 3;
  return Math.min(Math.max(wanted, minimum), maximum);
}

const truths = /^(hasMore|emailVerified|enabled|isActive)$/;

/** A truth value for the field `name`. */
export function exampleBoolean(name: string): boolean {
  return truths.test(name);
}

/** A credential with its prefix, plainly none that anybody was issued. */
export function exampleCredential(prefix: string): string {
  return `${prefix}${"Example".repeat(7).slice(0, 43)}`;
}
