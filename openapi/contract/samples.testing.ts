import * as z from "zod";
import { innermost, referencePaths } from "../../convex/core/schema/zod";
import { references } from "../../convex/core/schema/fields";
import type { Fields } from "../../convex/core/schema/table";

let counter = 0;

/** A number that no other sample of this run has. */
export function nextSample(): number {
  counter += 1;
  return counter;
}

/** Values of fields whose meaning a schema cannot tell. */
const byName: Readonly<Record<string, () => unknown>> = {
  slug: () => `sample-${nextSample()}`,
  guid: () => `guid-sample-${nextSample()}`,
  key: () => `sampleRole${nextSample()}`,
  email: () => `sample${nextSample()}@acme.example`,
  version: () => "1.2.3",
  hostname: () => "sample-host",
  platform: () => "linux",
  ipAddress: () => "192.0.2.7",
  macAddress: () => "02:00:5e:10:00:00",
  imageUrl: () => "https://images.example/sample.png",
  locale: () => "en",
  timezone: () => "UTC",
  currency: () => "usd",
  rights: () => ["schedule:read"],
  scopes: () => ["schedule:read"],
  rank: () => 10,
  startDate: () => 1_800_000_000_000,
  endDate: () => 1_800_003_600_000,
  expiresAt: () => Date.now() + 86_400_000,
};

/** Ids of living rows of one organization, by table. */
export type RowIds = Readonly<Record<string, string>>;

/** A value for every field of a shape, references filled with rows of one organization; valid by the shape itself. */
export function sampleFields(shape: Fields, rows: RowIds): Record<string, unknown> {
  return Object.fromEntries(Object.entries(shape).map(([name, type]) => [name, sampleValue(name, type, rows)]));
}

function sampleValue(name: string, type: z.ZodType, rows: RowIds): unknown {
  const inner = innermost(type);
  const reference = references.get(type) ?? references.get(inner);
  if (reference) return rows[reference.table];
  const named = byName[name];
  if (named && !(inner instanceof z.ZodEnum && name !== "platform")) return named();
  if (inner instanceof z.ZodEnum) return inner.options[0];
  if (inner instanceof z.ZodString) return `Sample ${nextSample()}`;
  if (inner instanceof z.ZodBoolean) return true;
  if (inner instanceof z.ZodNumber) return Math.max(1, inner.minValue ?? 1);
  if (inner instanceof z.ZodArray) return [sampleValue(name, elementOf(inner), rows)];
  if (inner instanceof z.ZodObject) return sampleFields(inner.shape, rows);
  if (inner instanceof z.ZodRecord) return { sample: true };
  throw new Error(`No sample value is known for ${name}.`);
}

/** Every schema here is made by zod's classic API, whose arrays hold classic schemas. */
function elementOf(array: z.ZodArray): z.ZodType {
  return array.element as z.ZodType;
}

/** The paths of references in a body, so that each can be pointed at another organization's row. */
export function referencesOf(body: Fields): readonly { readonly path: readonly string[]; readonly table: string }[] {
  return referencePaths(body);
}

/** A copy of `body` with the value at `path` (a `[]` means the first element) replaced. */
export function withValueAt(body: unknown, path: readonly string[], value: unknown): unknown {
  const [head, ...rest] = path;
  if (head === undefined) return value;
  if (head === "[]") return Array.isArray(body) ? [withValueAt(body[0], rest, value), ...body.slice(1)] : body;
  return { ...Object(body), [head]: withValueAt(Object(body)[head], rest, value) };
}
