import { zodToConvex } from "convex-helpers/server/zod4";
import * as z from "zod";
import { rowNames, sealedSecrets } from "../../convex/core/schema/fields";
import { innermost, referencePaths } from "../../convex/core/schema/zod";
import { exampleNumber, exampleText, exampleTimeMs, latestTimeMs } from "../exampleValues";
import { tableNamedBy } from "../schemas";
import type { Fields } from "../../convex/core/schema/table";

let counter = 0;

/** A number that no other sample of this run has. */
export function nextSample(): number {
  counter += 1;
  return counter;
}

/** Tables whose rows belong to no organization, and which each may refer to. */
export const sharedTables: ReadonlySet<string> = new Set(["integrations"]);

/** Ids of living rows of one organization, by table. */
export type RowIds = Readonly<Record<string, string>>;

/** A value for every field of a shape, references filled with rows of one organization; valid by the shape itself. */
export function sampleFields(shape: Fields, rows: RowIds): Record<string, unknown> {
  return Object.fromEntries(Object.entries(shape).map(([name, type]) => [name, sampleValue(name, type, rows)]));
}

/** What the document shows of the field, in a form that a request of today can send. */
function sampleValue(name: string, type: z.ZodType, rows: RowIds): unknown {
  const inner = innermost(type);
  if (sealedSecrets.has(inner)) return { ciphertext: new ArrayBuffer(0), bindingId: "" };
  const named = rowNames.get(inner);
  if (named) return rows[named.table];
  if (inner instanceof z.ZodCustom) return rows[tableNamedBy(zodToConvex(inner))];
  const example = examplesOf(type)[0];
  if (inner instanceof z.ZodNumber) return numberOf(inner, example);
  // Different each time where that is allowed: names may have to be unique, and an update has to change something.
  if (typeof example === "string" && !(inner instanceof z.ZodEnum)) return another(inner, example) ?? example;
  if (example !== undefined) return example;
  if (inner instanceof z.ZodEnum) return inner.options[0];
  if (inner instanceof z.ZodBoolean) return true;
  if (inner instanceof z.ZodArray) return [sampleValue(name, elementOf(inner), rows)];
  if (inner instanceof z.ZodObject) return sampleFields(inner.shape, rows);
  const formatted = inner instanceof z.ZodString ? exampleText(inner.format) : undefined;
  if (formatted !== undefined) return formatted;
  throw new Error(`${name} needs an example: write described(<type>, "<what it means>", <example>).`);
}

/** The examples of the schema, or of what it wraps. */
function examplesOf(type: z.ZodType): readonly unknown[] {
  const examples = z.globalRegistry.get(type)?.examples ?? z.globalRegistry.get(innermost(type))?.examples;
  return Array.isArray(examples) ? examples : [];
}

/** Times keep the distances that they have in the document, counted from now: what must lie ahead does. */
function numberOf({ minValue, maxValue }: z.ZodNumber, example: unknown): number {
  const shown = typeof example === "number" ? example : exampleNumber(minValue ?? -Infinity, maxValue ?? Infinity);
  return maxValue === latestTimeMs ? shown - exampleTimeMs + Date.now() + 86_400_000 : shown;
}

/** The example with an unused suffix; undefined where the schema does not accept that text. */
function another(type: z.ZodType, example: string): string | undefined {
  const at = nextSample();
  return [`${example}-${at}`, `${example} ${at}`, `${example}${at}`, `${at}.${example}`].find(
    (candidate) => type.safeParse(candidate).success,
  );
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
