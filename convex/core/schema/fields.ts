import { zid } from "convex-helpers/server/zod4";
import * as z from "zod";
import { canonicalGuid, namesOneDevice } from "./deviceGuid";
import { canonicalEmail } from "./emailAddresses";
import { InexactNumber } from "../wire/exactNumbers";
import { isStoredName, maximumNameCharacters, shownName } from "../wire/fieldNames";
import { jsonTextOf } from "../wire/jsonText";

/** Shown as the hash of something, as a position in a list, and as the id of a row where no schema says of which table. */
export const exampleHash = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
export const exampleCursor = "eyJwb3NpdGlvbiI6WzE3NjgsIm1kNyJdfQ";
export const exampleRowId = "jd7b9n2m4q6s8v0x1z3c5f7h9k2m4p6r";

/** What happens to the referring row when the referred row is deleted permanently; `keep`: it goes on naming what is gone. */
export type OnDelete = "cascade" | "restrict" | "null" | "keep";

/** Which schemas are references, and to what; read by the generator of `tableMetadata.ts`. */
export const references = z.registry<{ table: string; onDelete: OnDelete }>();

/** The id of a row of `table`; checked against the tenant by every write, at any depth. */
export function reference<Table extends string>(table: Table, onDelete: OnDelete) {
  return rowId(table).register(references, { table, onDelete });
}

/** What files are for: who may use a file where, and which bytes it may hold, follow from it. */
export const filePurposes = [
  "avatar",
  "logo",
  "favicon",
  "post_media",
  "course_thumbnail",
  "lesson_attachment",
  "event_cover",
  "other",
] as const;
export type FilePurpose = (typeof filePurposes)[number];

/** Whether a file of the purpose stays when nothing in the database uses it. */
export function isKeptUnused(purpose: FilePurpose): boolean {
  return purpose === "other";
}

/** Which schemas hold files, and of which purpose; read by the generator of `tableMetadata.ts`. */
export const storedFiles = z.registry<{ purpose: FilePurpose }>();

/**
 * The storage id of a file of the row's organization, registered for `purpose`. Every write of the row keeps the file's
 * count of uses, so that a file in use stays, and one that nothing uses any more goes.
 */
export function storedFile(purpose: FilePurpose) {
  return reference("_storage", "restrict").register(storedFiles, { purpose });
}

/** Convex's ids: 31 to 37 digits of its base 32. */
const idPattern = /^[a-z0-9]{31,37}$/;
const noId = { error: "This is no id.", params: { code: "invalid_format" } };

/** The id of a row of `table` in a request, without being stored. What has not the form of an id names no row of anybody. */
export function rowId<Table extends string>(table: Table) {
  return zid(table).refine((value) => idPattern.test(value), noId);
}

/** Which texts of requests name a row of a table, by its id or by another name; what samples of requests say there. */
export const rowNames = z.registry<{ table: string }>();

/** The id of a row of `table`, or another name of it. */
export function rowName(table: string, maximum: number) {
  return text(1, maximum).register(rowNames, { table });
}

/**
 * Says what a schema means, in a sentence, and shows values of it, the first of them in the document's examples. What wraps the
 * schema says the same; the generator checks that examples satisfy it. Nothing is copied, as zod's own `meta` would, so that a fresh context pays nothing for it.
 * @throws {Error} for a schema that is described already: take a copy of it.
 */
export function described<T extends z.core.$ZodType>(type: T, description: string, ...examples: readonly unknown[]): T {
  const known = z.globalRegistry.get(type);
  if (known?.description !== undefined) throw new Error(`It is described already: ${known.description}`);
  z.globalRegistry.add(type, { ...known, description, ...(examples.length > 0 ? { examples: [...examples] } : {}) });
  return type;
}

/**
 * Says what becomes of a field that a creation leaves out: of no matter to answers, and to requests that change a row.
 * The schema is described before.
 */
export function madeWhenAbsent<T extends z.core.$ZodType>(type: T, sentence: string): T {
  z.globalRegistry.add(type, { ...z.globalRegistry.get(type), whenAbsent: sentence });
  return type;
}

const wellFormed = (value: string) => value.isWellFormed();

/** Text of `minimum` to `maximum` code points, as JSON Schema counts; lone surrogates are refused, since Convex cannot store them. */
export function text(minimum: number, maximum: number) {
  // One `check` makes one copy of the schema where a chain makes three; every context pays for it.
  return z
    .string()
    .check(z.minLength(minimum), z.maxLength(maximum), z.refine(wellFormed, "Text must be well-formed Unicode."));
}

// Control characters and line separators break lines, of mails and logs too; the marks and overrides of direction make a text
// read as another one. Joiners stay: names and emoji need them.
const unseen = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** What people call somebody or something, in one line that shows all there is to it. */
export function plainName(minimum: number, maximum: number) {
  const type = text(minimum, maximum).check(
    z.refine((value) => value.search(unseen) < 0, "A name has no control characters and no marks of direction."),
  );
  z.globalRegistry.add(type, { form: "No control characters, and no marks that change the direction of writing." });
  return type;
}

/** `value` as far as `plainName` takes it: what a token says of a person is no reason to refuse the person. */
export function withoutUnseen(value: string): string {
  return value.replaceAll(unseen, "");
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

// As zod's own, which knows no top-level domain of other letters.
const addressPattern =
  /^(?!\.)(?!.*\.\.)[A-Za-z0-9_'+\-.]*[A-Za-z0-9_+-]@([A-Za-z0-9][A-Za-z0-9-]*\.)+([A-Za-z]{2,}|[Xx][Nn]--[A-Za-z0-9-]+)$/;

/**
 * An e-mail address of at most 254 characters (RFC 5321) in the one spelling that addresses are stored and compared in: lower case,
 * an internationalized domain as its A-labels (`xn--`, UTS 46). A local part is ASCII: few servers take others (RFC 6531).
 */
export function emailAddress() {
  const type = z
    .string()
    .overwrite(canonicalEmail)
    .check(z.maxLength(254), z.email({ pattern: addressPattern, error: "This is no e-mail address." }));
  z.globalRegistry.add(type, {
    form: "Stored in lower case, an internationalized domain as its ASCII form (`xn--…`).",
  });
  return type;
}

/** Which schemas are URLs, whose queries and paths may hold secrets of others; read by the generator of `tableMetadata.ts`. */
export const storedUrls = z.registry<{ readonly isUrl: true }>();

/** An `https` URL of at most 2,048 characters. */
export function httpsUrl() {
  return z
    .url({ protocol: /^https$/ })
    .max(2048)
    .register(storedUrls, { isUrl: true });
}

/** Which schemas are URLs that this deployment sends requests to; the pipeline checks them in every body. */
export const outboundUrls = z.registry<{ readonly isOutbound: true }>();

/**
 * The URL of somebody else's server that this deployment sends requests to: `https`, a public host, port 443 or from 1024 up. What
 * `wire/outboundUrl` does not let pass is refused with 422 `url_not_allowed`.
 */
export function outboundUrl() {
  return z
    .url({ protocol: /^https?$/ })
    .max(2048)
    .register(outboundUrls, { isOutbound: true })
    .register(storedUrls, { isUrl: true });
}

/** Which schemas are secrets that are stored encrypted; read by the generator of `tableMetadata.ts`. */
export const sealedSecrets = z.registry<{ readonly isSealed: true }>();

/**
 * A secret that is needed again, as `encryptSecret` of `wire/encryption` makes it: a field of a row, in no input, answer or audit row.
 */
export function sealed() {
  const ciphertext = z.custom<ArrayBuffer>((value) => Object.prototype.toString.call(value) === "[object ArrayBuffer]");
  return z.object({ ciphertext, bindingId: z.string() }).register(sealedSecrets, { isSealed: true });
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
const maximumFields = 256;
const maximumElements = 1024;

/** Which names the fields of a free-form object may have. */
export type FreeNames = "storable" | "any";

/** Why free-form JSON is not kept, and where; names are the ones that its sender knows. */
export interface JsonFault {
  readonly path: readonly (string | number)[];
  readonly code: string;
  readonly message: string;
}

/**
 * The first thing in `value` that is not kept: what is no JSON, what Convex cannot hold (its limits of documents, halved), and
 * field names beyond `names`. `value` has its names as they are stored.
 */
export function jsonFault(
  value: unknown,
  names: FreeNames = "storable",
  path: readonly (string | number)[] = [],
): JsonFault | undefined {
  const fault = (code: string, message: string, at = path): JsonFault => ({ path: at, code, message });
  if (path.length > maximumDepth) return fault("too_deep", `JSON may be nested ${maximumDepth} levels deep at most.`);
  if (typeof value === "string")
    return value.isWellFormed() ? undefined : fault("invalid_text", "Text must be well-formed Unicode.");
  if (typeof value === "number")
    return Number.isFinite(value) ? undefined : fault("invalid_number", "Numbers must be finite.");
  if (value === null || typeof value === "boolean") return undefined;
  if (value instanceof InexactNumber) return fault("inexact_number", value.message);
  if (Array.isArray(value)) {
    if (value.length > maximumElements) return fault("too_big", `Arrays may hold ${maximumElements} elements at most.`);
    return firstFault([...value.entries()], ([at, element]) => jsonFault(element, names, [...path, at]));
  }
  // An object of a realm of its own has another prototype; bytes and the like are told by their tag.
  if (Object.prototype.toString.call(value) === "[object Object]") {
    const fields = Object.entries(Object(value));
    if (fields.length > maximumFields) return fault("too_big", `Objects may hold ${maximumFields} fields at most.`);
    return firstFault(fields, ([stored, inner]) => {
      const at = [...path, isStoredName(stored) ? shownName(stored) : stored];
      const message = nameFault(stored, names);
      return message === undefined ? jsonFault(inner, names, at) : fault("invalid_name", message, at);
    });
  }
  return fault("invalid_type", "Only JSON values can be stored.");
}

function nameFault(stored: string, names: FreeNames): string | undefined {
  if (stored.length > maximumNameCharacters) {
    return `A name may take ${maximumNameCharacters} characters at most, those outside of printable ASCII counting six.`;
  }
  if (!isStoredName(stored)) return "A name with `\\u` in it must be in the one form in which names are stored.";
  if (names === "any" || /^(?!\$|__proto__$)[ -~]+$/.test(shownName(stored))) return undefined;
  return "A name is printable ASCII and not empty, does not begin with `$`, and is not `__proto__`.";
}

function firstFault<Part>(
  parts: readonly Part[],
  faultOf: (part: Part) => JsonFault | undefined,
): JsonFault | undefined {
  for (const part of parts) {
    const fault = faultOf(part);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

/** A free-form JSON object of at most `maximumBytes` as UTF-8 text. */
export function jsonObject(maximumBytes: number, names: FreeNames = "storable") {
  const type = freeObject(names).superRefine((value, context) => {
    const fault = jsonFault(value, names) ?? sizeFault(value, maximumBytes);
    if (fault === undefined) return;
    const { path, code, message } = fault;
    context.addIssue({ code: "custom", path: [...path], message, params: { code } });
  });
  z.globalRegistry.add(type, { form: jsonObjectRule(maximumBytes, names) });
  return type;
}

/** What `jsonObject` takes, for readers of the document, who find it after the field's own description. */
function jsonObjectRule(maximumBytes: number, names: FreeNames): string {
  const ofNames = names === "any" ? "any field names" : "field names of printable ASCII that do not begin with `$`";
  return `Free-form JSON with ${ofNames}, ${maximumDepth} levels deep, ${maximumBytes} bytes at most. Whole numbers beyond 2^53 are taken where they come back from a double as they were; others belong into text.`;
}

function freeObject(names: FreeNames) {
  const pattern = names === "any" ? {} : { minLength: 1, pattern: "^(?!\\$|__proto__$)[ -~]+$" };
  return z.record(z.string().meta({ maxLength: maximumNameCharacters, ...pattern }), z.any());
}

/** Facts as a device finds them: what of them cannot be kept is left out, and no reason to refuse the device. */
export function deviceFacts(maximumBytes: number) {
  return described(
    freeObject("any"),
    `What the device tells of itself, such as OS, CPU and disks, under any names. A fact that cannot be kept whole is left out and listed in \`droppedFacts\`: what \`metadata\` does not take, and what comes after ${maximumBytes} bytes or ${maximumFields} facts.`,
    { osVersion: "Debian 13", memoryGigabytes: 8 },
  );
}

/** The facts of `facts` that `jsonObject(maximumBytes, "any")` takes, in their order, and why the others are none of them. */
export function keptFacts(
  facts: Readonly<Record<string, unknown>>,
  maximumBytes: number,
): { readonly kept: Record<string, unknown>; readonly dropped: readonly JsonFault[] } {
  const kept: [name: string, value: unknown][] = [];
  const dropped: JsonFault[] = [];
  let sizeBytes = "{}".length;
  for (const [stored, value] of Object.entries(facts)) {
    const fault = jsonFault({ [stored]: value }, "any");
    const factBytes = fault ? 0 : bytesOf(jsonTextOf({ [stored]: value })) - "{}".length + ",".length;
    const [path, code] = [[shownName(stored)], "too_big"];
    if (fault) dropped.push(fault);
    else if (kept.length === maximumFields) dropped.push({ path, code, message: `${maximumFields} facts are kept.` });
    else if (sizeBytes + factBytes - (kept.length === 0 ? 1 : 0) > maximumBytes)
      dropped.push({ path, code, message: `${maximumBytes} bytes of facts are kept.` });
    else {
      sizeBytes += factBytes - (kept.length === 0 ? 1 : 0);
      kept.push([stored, value]);
    }
  }
  return { kept: Object.fromEntries(kept), dropped };
}

function sizeFault(value: unknown, maximumBytes: number): JsonFault | undefined {
  // UTF-8 takes at most three bytes for a UTF-16 unit.
  if (JSON.stringify(value).length * 3 <= maximumBytes) return undefined;
  const sizeBytes = bytesOf(jsonTextOf(value));
  const message = `It may take ${maximumBytes} bytes at most; it takes ${sizeBytes}.`;
  return sizeBytes > maximumBytes ? { path: [], code: "too_big", message } : undefined;
}

function bytesOf(json: string): number {
  return new TextEncoder().encode(json).length;
}

/** Up to `maximumCount` tags of up to 40 characters. */
export function tags(maximumCount: number) {
  return z.array(text(1, 40)).max(maximumCount);
}
