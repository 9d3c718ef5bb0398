import * as z from "zod";
import { outboundUrls, references, rowNames } from "./fields";
import type { Fields } from "./table";

/** The schema inside optional, nullable and default wrappers. */
export function innermost(type: z.ZodType): z.ZodType {
  let current = type;
  while (current instanceof z.ZodOptional || current instanceof z.ZodNullable || current instanceof z.ZodDefault) {
    current = asZodType(current.unwrap());
  }
  return current;
}

/** The schema of a stored value: a default has been applied by then. */
export function withoutDefault(type: z.ZodType): z.ZodType {
  return type instanceof z.ZodDefault ? asZodType(type.unwrap()) : type;
}

/** The schema of a field in a PATCH: left out keeps it, null clears an optional one. */
export function asPatch(type: z.ZodType): z.ZodType {
  const stored = withoutDefault(type);
  return stored instanceof z.ZodOptional ? asZodType(stored.unwrap()).nullable().optional() : stored.optional();
}

/** The changes that a parsed PATCH body asks for: what it left out is left out, null is undefined and clears. */
export function patchOf<Input extends Readonly<Record<string, unknown>>>(
  input: Input,
): { [F in keyof Input]?: Exclude<Input[F], null | undefined> | undefined } {
  const entries = Object.entries(input).filter(([, value]) => value !== undefined);
  const changes = Object.fromEntries(entries.map(([field, value]) => [field, value === null ? undefined : value]));
  return changes as { [F in keyof Input]?: Exclude<Input[F], null | undefined> | undefined };
}

/** Zod's wrappers are typed with the core type; every schema here is made by zod's classic API. */
function asZodType(type: z.core.$ZodType): z.ZodType {
  return type as z.ZodType;
}

/** Shapes of zod's classic API hold its schemas. */
function asFields(shape: z.core.$ZodShape): Fields {
  return shape as Fields;
}

/** Where a schema holds references: for each, the path to the value and the table it names. */
export interface ReferencePath {
  readonly path: readonly string[];
  readonly table: string;
}

/** Every `reference()` inside `fields`, at any depth; `[]` in a path stands for every element. */
export function referencePaths(fields: Fields): readonly ReferencePath[] {
  return pathsIn(fields, (type, path) => {
    const found = references.get(type);
    return found && { path, table: found.table };
  });
}

/** The path of every `outboundUrl()` inside `fields`, at any depth; `[]` stands for every element. */
export function outboundUrlPaths(fields: Fields): readonly (readonly string[])[] {
  return pathsIn(fields, (type, path) => (outboundUrls.has(type) ? path : undefined));
}

/** Every `rowName()` inside `fields`, at any depth; `[]` in a path stands for every element. */
export function rowNamePaths(fields: Fields): readonly ReferencePath[] {
  return pathsIn(fields, (type, path) => {
    const found = rowNames.get(type);
    return found && { path, table: found.table };
  });
}

/** What `found` answers for the outermost schemas that it knows, in objects and arrays at any depth. */
function pathsIn<Found>(
  fields: Fields,
  found: (type: z.ZodType, path: readonly string[]) => Found | undefined,
  path: readonly string[] = [],
): Found[] {
  return Object.entries(fields).flatMap(([name, type]) => pathsInType(type, found, [...path, name]));
}

function pathsInType<Found>(
  type: z.ZodType,
  found: (type: z.ZodType, path: readonly string[]) => Found | undefined,
  path: readonly string[],
): Found[] {
  const here = found(type, path);
  if (here !== undefined) return [here];
  const inner = innermost(type);
  if (inner !== type) return pathsInType(inner, found, path);
  if (inner instanceof z.ZodArray) return pathsInType(asZodType(inner.element), found, [...path, "[]"]);
  if (inner instanceof z.ZodObject) return pathsIn(asFields(inner.shape), found, path);
  return [];
}

/** The values at `path`, each with its JSON Pointer. */
export function valuesAt(root: unknown, path: readonly string[], pointer = ""): [value: unknown, pointer: string][] {
  const [head, ...rest] = path;
  if (root === undefined || root === null) return [];
  if (head === undefined) return [[root, pointer]];
  if (head === "[]") {
    return Array.isArray(root) ? root.flatMap((element, at) => valuesAt(element, rest, `${pointer}/${at}`)) : [];
  }
  return valuesAt(Object.getOwnPropertyDescriptor(root, head)?.value, rest, `${pointer}/${head}`);
}

/** A copy of `root` with what `replacement` answers for each value at `path`. */
export function replacedAt(root: unknown, path: readonly string[], replacement: (value: unknown) => unknown): unknown {
  const [head, ...rest] = path;
  if (root === undefined || root === null) return root;
  if (head === undefined) return replacement(root);
  if (head === "[]") return Array.isArray(root) ? root.map((element) => replacedAt(element, rest, replacement)) : root;
  if (typeof root !== "object" || !Object.hasOwn(root, head)) return root;
  const inner: unknown = Object.getOwnPropertyDescriptor(root, head)?.value;
  return { ...root, [head]: replacedAt(inner, rest, replacement) };
}

/** Answers what a value has of the fields that a schema names; see {@link projectorOf}. */
export type Projector = (value: unknown) => unknown;
const same: Projector = (value) => value;

/**
 * Free-form JSON with its fields in the order in which Convex stores them, so that the answer to a write shows (and its entity
 * tag names) what the next read will.
 */
const inStoredOrder: Projector = (value) => {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(inStoredOrder);
  const fields = Object.entries(value).map(([key, field]): [string, unknown] => [key, inStoredOrder(field)]);
  return Object.fromEntries(fields.sort(([left], [right]) => (left < right ? -1 : 1)));
};

/** Schemas whose values are free-form by declaration. */
const freeForm: ReadonlySet<string> = new Set(["any", "unknown"]);

/** Schemas whose values have no fields. */
const fieldless: ReadonlySet<string> = new Set([
  "boolean",
  "custom",
  "enum",
  "literal",
  "null",
  "number",
  "string",
  "template_literal",
  "undefined",
]);

/**
 * Compiles a schema into a function that keeps what the schema names and nothing else; the function never throws: it guards
 * what leaves, while the tests check that answers satisfy the schema.
 * @throws {Error} for a schema whose fields it could not tell, so that none is let through unseen.
 */
export function projectorOf(type: z.ZodType): Projector {
  const inner = innermost(type);
  if (inner instanceof z.ZodArray) {
    const element = projectorOf(asZodType(inner.element));
    return element === same ? same : (value) => (Array.isArray(value) ? value.map(element) : value);
  }
  if (inner instanceof z.ZodObject) return objectProjector(inner);
  if (inner instanceof z.ZodRecord) return recordProjector(projectorOf(asZodType(inner.valueType)));
  if (inner instanceof z.ZodUnion) return unionProjector(inner.options.map(asZodType));
  if (freeForm.has(inner.def.type)) return inStoredOrder;
  if (fieldless.has(inner.def.type)) return same;
  throw new Error(`An answer cannot be projected through a schema of type ${inner.def.type}.`);
}

function recordProjector(project: Projector): Projector {
  if (project === same || project === inStoredOrder) return inStoredOrder;
  return (value) => {
    if (typeof value !== "object" || value === null) return value;
    return inStoredOrder(Object.fromEntries(Object.entries(value).map(([key, field]) => [key, project(field)])));
  };
}

/** The first alternative that the value satisfies decides; a value that satisfies none shows nothing. */
function unionProjector(options: readonly z.ZodType[]): Projector {
  const alternatives = options.map((option) => ({ option, project: projectorOf(option) }));
  if (alternatives.every(({ project }) => project === same)) return same;
  return (value) => {
    for (const { option, project } of alternatives) {
      const projected = project(value);
      if (option.safeParse(projected).success) return projected;
    }
    return undefined;
  };
}

function objectProjector(type: z.ZodObject): Projector {
  const fields = Object.entries(type.shape).map(([name, field]): [string, Projector] => [
    name,
    projectorOf(asZodType(field)),
  ]);
  return (value) => {
    if (typeof value !== "object" || value === null) return value;
    const row: Record<string, unknown> = value as Record<string, unknown>;
    const kept: Record<string, unknown> = {};
    for (const [name, project] of fields) {
      const field = row[name];
      if (field !== undefined) kept[name] = project === same ? field : project(field);
    }
    return kept;
  };
}

/** A query string's text as the type its schema wants; what does not fit stays text and fails validation. */
export function parsedParameter(type: z.ZodType | undefined, value: string): unknown {
  const inner = type && innermost(type);
  if (inner instanceof z.ZodNumber) return /^-?\d{1,16}(\.\d{1,9})?$/.test(value) ? Number(value) : value;
  if (inner instanceof z.ZodBoolean) return value === "true" ? true : value === "false" ? false : value;
  return value;
}
