import { canonicalGuid, namesOneDevice } from "./deviceGuid";
import { zid } from "convex-helpers/server/zod4";
import * as z from "zod";

/** What happens to the referring row when the referred row is deleted permanently. */
export type OnDelete = "cascade" | "restrict" | "null";

/** Which schemas are references, and to what; read by the generator of `tableFacts.ts`. */
export const references = z.registry<{ table: string; onDelete: OnDelete }>();

/** The id of a row of `table`; checked against the tenant by every write, at any depth. */
export function reference<Table extends string>(table: Table, onDelete: OnDelete) {
  return zid(table).register(references, { table, onDelete });
}

/** The id of a row of `table` in a request, without being stored. */
export function rowId<Table extends string>(table: Table) {
  return zid(table);
}

const wellFormed = (value: string) => value.isWellFormed();

/** Text of `minimum` to `maximum` code points, as JSON Schema counts; lone surrogates are refused, since Convex cannot store them. */
export function text(minimum: number, maximum: number) {
  // One `check` makes one copy of the schema where a chain makes three; every context pays for it.
  return z
    .string()
    .check(z.minLength(minimum), z.maxLength(maximum), z.refine(wellFormed, "Text must be well-formed Unicode."));
}

/** Milliseconds since the epoch. */
export function timestampMs() {
  return integer(0, 8_640_000_000_000_000);
}

/** A time zone that the runtime's IANA database knows. */
export function timeZone() {
  return z.string().max(64).refine(isTimeZone, "This is no IANA time zone name.");
}

function isTimeZone(name: string): boolean {
  try {
    return name !== "" && new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}

/** An ISO 4217 currency code in lower case. */
export function currency() {
  return z
    .string()
    .length(3)
    .regex(/^[a-z]{3}$/)
    .refine((code) => Intl.supportedValuesOf("currency").includes(code.toUpperCase()), "This is no ISO 4217 code.");
}

/** A whole number within bounds. */
export function integer(minimum: number, maximum: number) {
  return z.int().check(z.gte(minimum), z.lte(maximum));
}

/** A lower-cased e-mail address of at most 254 characters (RFC 5321). */
export function emailAddress() {
  return z.email().max(254).toLowerCase();
}

/** An `https` URL of at most 2,048 characters. */
export function httpsUrl() {
  return z.url({ protocol: /^https$/ }).max(2048);
}

export const reservedSlugs: ReadonlySet<string> = new Set([
  "api",
  "admin",
  "v1",
  "www",
  "app",
  "docs",
  "me",
  "by-slug",
]);

/** A lower-case name for URLs, 3 to 48 characters. */
export function slug() {
  return z
    .string()
    .min(3)
    .max(48)
    .regex(/^[a-z0-9][a-z0-9-]{1,46}[a-z0-9]$/)
    .refine((value) => !reservedSlugs.has(value), "This slug is reserved.");
}

/** A semver-like version of at most 40 characters. */
export function version() {
  return z
    .string()
    .max(40)
    .regex(/^\d+(\.\d+){0,3}([-+][0-9A-Za-z.+-]+)?$/);
}

/** What a device names itself by, 8 to 64 characters, in one spelling; not what many devices share. */
export function deviceGuid() {
  return z
    .string()
    .min(8)
    .max(64)
    .regex(/^[0-9A-Za-z{}._:-]+$/)
    .overwrite(canonicalGuid)
    .refine(namesOneDevice, "This is no id, or one that many devices share; send one of the device's own.");
}

/** An IPv4 or IPv6 address. */
export function ipAddress() {
  return z.union([z.ipv4(), z.ipv6()]);
}

const maximumDepth = 8;
const fieldName = /^[A-Za-z0-9 .:/@_-]{1,64}$/;

/** Why `value` cannot be stored as free-form JSON, or undefined if it can (document limits of Convex, halved). */
export function jsonFault(value: unknown, depth = 0): string | undefined {
  if (depth > maximumDepth) return `JSON may be nested ${maximumDepth} levels deep at most.`;
  if (typeof value === "string") return value.isWellFormed() ? undefined : "Text must be well-formed Unicode.";
  if (typeof value === "number") return Number.isFinite(value) ? undefined : "Numbers must be finite.";
  if (value === null || typeof value === "boolean") return undefined;
  if (Array.isArray(value)) {
    if (value.length > 1024) return "Arrays may hold 1,024 elements at most.";
    return firstFault(value, depth);
  }
  if (typeof value === "object") {
    const keys = Object.keys(value);
    if (keys.length > 256) return "Objects may hold 256 fields at most.";
    const badKey = keys.find((key) => !fieldName.test(key) || key === "__proto__");
    if (badKey !== undefined) return `Field names are 1 to 64 letters, digits, spaces or .:/@_- characters.`;
    return firstFault(Object.values(value), depth);
  }
  return "Only JSON values can be stored.";
}

function firstFault(values: readonly unknown[], depth: number): string | undefined {
  for (const value of values) {
    const fault = jsonFault(value, depth + 1);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

/** A free-form JSON object of at most `maximumBytes` as UTF-8 text. */
export function jsonObject(maximumBytes: number) {
  return z.record(z.string(), z.any()).superRefine((value, context) => {
    const fault = jsonFault(value) ?? sizeFault(value, maximumBytes);
    if (fault !== undefined) context.addIssue({ code: "custom", message: fault });
  });
}

function sizeFault(value: unknown, maximumBytes: number): string | undefined {
  const json = JSON.stringify(value);
  // UTF-8 takes at most three bytes for a UTF-16 unit.
  if (json.length * 3 <= maximumBytes) return undefined;
  const sizeBytes = new TextEncoder().encode(json).length;
  return sizeBytes > maximumBytes ? `It may take ${maximumBytes} bytes at most; it takes ${sizeBytes}.` : undefined;
}

/** Up to `maximumCount` tags of up to 40 characters. */
export function tags(maximumCount: number) {
  return z.array(text(1, 40)).max(maximumCount);
}
