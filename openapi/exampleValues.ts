import { createHash } from "node:crypto";

const digits = "0123456789abcdefghjkmnpqrstvwxyz";

/** A row id as it might be: always the same for a table, so that one example refers to another. */
export function exampleId(table: string): string {
  const bytes = createHash("sha256").update(table).digest();
  return Array.from({ length: 32 }, (_, at) => digits[(bytes[at] ?? 0) % 32]).join("");
}

const exampleTimeMs = Date.UTC(2026, 0, 15, 9, 30);
const hourMs = 3_600_000;
const latestTimeMs = 8_640_000_000_000_000;

/** Believable texts by field name; a field that is not here is tried with the general ones. */
const texts: Readonly<Record<string, string>> = {
  action: "schedule.create",
  agentVersion: "4.2.1",
  architecture: "x64",
  city: "Zurich",
  code: "validation_failed",
  confirmSlug: "north-wind",
  country: "CH",
  currency: "eur",
  cursor: "eyJwb3NpdGlvbiI6WzE3NjgsIm1kNyJdfQ",
  description: "Replace the filters on the roof.",
  detail: "/title: This field is required.",
  displayName: "Dana Okoye",
  externalId: "ext_7Hq2Vx9",
  guid: "3f2b8c1e-5d4a-4e9b-9a77-1c0d5e6f7a8b",
  hostname: "rooftop-pi-07",
  key: "field_engineer",
  ipAddress: "203.0.113.7",
  keyPrefix: "sk_4fZ2kQ9xB",
  lastUsedIp: "203.0.113.7",
  locale: "en-GB",
  macAddress: "02:42:ac:11:00:02",
  name: "North Wind",
  nextCursor: "eyJwb3NpdGlvbiI6WzE3NjgsIm1kNyJdfQ",
  operatingSystem: "linux",
  platform: "linux",
  pointer: "/title",
  reason: "Rescheduled to next week.",
  requestId: "0d9f6f0e-8c1f-4f5b-9a55-2f1f7a1f4d3c",
  roleKey: "member",
  rights: "schedule:read",
  scopes: "schedule:read",
  slug: "north-wind",
  status: "open",
  tags: "maintenance",
  text: "Order spare parts",
  timezone: "Europe/Zurich",
  title: "Service the pumps",
  tokenIdentifier: "https://id.example.com|user_2abc",
  userAgent: "portico-sdk/0.1.0",
  version: "4.2.1",
};

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

/** A text for the field `name` within its bounds. Throws where none is known: give the field `.meta({ examples })`. */
export function exampleText(name: string, { format, pattern, minLength, maxLength }: TextBounds): string {
  const formatted = format === undefined ? undefined : formats[format];
  if (formatted !== undefined) return formatted;
  const expression = pattern === undefined ? undefined : new RegExp(pattern, "u");
  const candidates = [...(texts[name] === undefined ? [] : [texts[name]]), ...generalTexts];
  const found = candidates.find(
    (text) => text.length >= minLength && text.length <= maxLength && (expression?.test(text) ?? true),
  );
  if (found !== undefined) return found;
  if (expression === undefined && maxLength < 7) return "x".repeat(Math.max(1, minLength));
  if (expression === undefined) return "Example ".repeat(Math.ceil(minLength / 8)).slice(0, maxLength);
  throw new Error(`No example is known for ${name} with the pattern ${pattern}.`);
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

/** The name of a person, where a field called `name` stands beside an e-mail address. */
export const examplePerson = "Dana Okoye";
