import * as z from "zod";
import { lazily } from "../../../core/operations/once";
import { ProviderError } from "../../../core/wire/providerError";
import { isPathBelow } from "./paths";
import { pointerForm } from "./pointers";
import type { ResourceTable } from "../../tables";

/*
 * The mapping of a generic provider: JSON at its `baseUrl` that says where below it lists are, and what in them is what. It is somebody
 * else's text: what is wrong with it is told by the places that every mapping has, and in no word of its own.
 */

/** What is kept of one resource beside its columns: so many texts of so many characters stay below what a payload may take. */
const maximumKept = 40;
const maximumStatuses = 50;

/** How resources of each table may be, in the words that all providers share. */
export const statusWords = {
  servers: ["running", "stopped", "provisioning", "error", "unknown"],
  webServices: ["running", "building", "stopped", "error", "unknown"],
  domains: ["active", "pending", "expired", "error", "unknown"],
  databases: ["running", "stopped", "provisioning", "error", "unknown"],
} as const satisfies Readonly<Record<ResourceTable, readonly string[]>>;

const pointer = () => z.string().max(300).regex(pointerForm, "must be a JSON Pointer, such as `/data/0/id`");
const path = () =>
  z.string().max(500).refine(isPathBelow, "must be a path below `baseUrl`, such as `servers?limit=100`");
const parameter = () => z.string().regex(/^[A-Za-z][\w.[\]-]{0,59}$/, "must be the name of a query parameter");

const pages = () =>
  z.discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("all"), total: pointer().optional() }),
    z.strictObject({
      kind: z.literal("number"),
      parameter: parameter(),
      first: z.union([z.literal(0), z.literal(1)], "must be 0 or 1").optional(),
      total: pointer(),
    }),
    z.strictObject({
      kind: z.literal("cursor"),
      parameter: parameter(),
      next: pointer(),
      total: pointer().optional(),
    }),
  ]);

function list<Table extends ResourceTable>(table: Table, fields: readonly string[]) {
  return z.strictObject({
    path: path(),
    items: pointer(),
    id: pointer(),
    name: pointer(),
    account: pointer().optional(),
    status: pointer().optional(),
    statuses: z
      .record(z.string().max(100), z.enum(statusWords[table]))
      .refine((words) => Object.keys(words).length <= maximumStatuses, `may have ${maximumStatuses} words at most`)
      .optional(),
    fields: z.strictObject(Object.fromEntries(fields.map((name) => [name, pointer().optional()]))).optional(),
    keep: z
      .record(z.string().regex(/^\w{1,60}$/, "has a name that is none of letters, digits and `_`"), pointer())
      .refine((kept) => Object.keys(kept).length <= maximumKept, `may have ${maximumKept} names at most`)
      .optional(),
    pages: pages(),
  });
}

const mapping = lazily(() =>
  z.strictObject({
    version: z.literal(1),
    account: z.strictObject({ path: path(), id: pointer() }),
    servers: list("servers", ["primaryIpAddress", "region"]).optional(),
    webServices: list("webServices", ["productionUrl", "environment", "gitRepo"]).optional(),
    domains: list("domains", ["expiresAt"]).optional(),
    databases: list("databases", ["engine", "version"]).optional(),
  }),
);

export type Mapping = z.infer<ReturnType<typeof mapping>>;
/** Where resources of a table are listed, and what in them is what. */
export type MappedList = NonNullable<Mapping[ResourceTable]>;

/** Names that mappings have: others are the provider's own, and are not repeated. */
const ownNames: ReadonlySet<PropertyKey> = new Set(
  [
    ["version", "account", "servers", "webServices", "domains", "databases"],
    ["path", "items", "id", "name", "status", "statuses", "fields", "keep", "pages"],
    ["kind", "parameter", "first", "total", "next"],
    ["primaryIpAddress", "region", "productionUrl", "environment", "gitRepo", "expiresAt", "engine"],
  ].flat(),
);
const faultsTold = 3;

/** @throws {ProviderError} that says what is wrong with the mapping, and where */
export function mappingOf(json: unknown): Mapping {
  const { data, error } = mapping().safeParse(json, { error: wordingOf });
  if (data) return data;
  const faults = error.issues.map(({ path: place, message }) => `${placeOf(place)} ${message}`);
  const more = faults.length > faultsTold ? `; and ${faults.length - faultsTold} more` : "";
  throw new ProviderError(
    `The mapping at \`baseUrl\` is not valid: ${faults.slice(0, faultsTold).join("; ")}${more}.`,
    false,
  );
}

function placeOf(place: readonly PropertyKey[]): string {
  if (place.length === 0) return "it";
  return `\`/${place.map((step) => (ownNames.has(step) ? String(step) : "…")).join("/")}\``;
}

/** What zod has found, without what it has found it in. */
function wordingOf(issue: z.core.$ZodRawIssue): string {
  if (issue.input === undefined) return "is missing";
  if (issue.code === "invalid_type") return `must be ${issue.expected === "string" ? "text" : "an object"}`;
  if (issue.code === "unrecognized_keys") return "has a name that mappings do not have";
  if (issue.code === "invalid_value") return `must be one of ${issue.values.join(", ")}`;
  if (issue.code === "invalid_union") return "must be one of all, number, cursor";
  if (issue.code === "too_big") return "is too long";
  return "is not in the form that mappings have";
}
