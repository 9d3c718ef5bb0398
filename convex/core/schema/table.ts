import { zodOutputToConvexFields } from "convex-helpers/server/zod4";
import { defineTable } from "convex/server";
import { v } from "convex/values";
import * as z from "zod";
import { engineTables } from "../wire/engineTables";
import { sealedValidator } from "../wire/sealed";
import { described, reference, sealedSecrets, timestampMs } from "./fields";
import type { FilePurpose, OnDelete } from "./fields";
import type { ProblemCode } from "../wire/problems";

/** Field shapes of a table, as zod types. */
export type Fields = Readonly<Record<string, z.ZodType>>;

/** No two rows that are not deleted share these fields. Without all of them set, the rule does not apply. */
export interface UniqueRule {
  readonly fields: readonly string[];
  readonly index: string;
  readonly code: ProblemCode;
  /** Rows in the trash keep what they hold until they are purged. */
  readonly includesTrash?: boolean;
  /**
   * Indexes on other fields of the table whose texts name a row just as this field does. A text that stands in one of them is
   * taken here, and so is one in the form of the table's ids.
   */
  readonly nameIn?: readonly string[];
  /** Such a text as the document shows it where a request names a row. */
  readonly exampleName?: string;
}

/**
 * What a table says besides its fields: the name and description of a row, its unique rules, its secrets, whether it is
 * audited.
 */
export interface TableOptions {
  /** Singular name: audit actions, problem details, `<noun>Id` path parameters. */
  readonly noun: string;
  /** What a row is, in a sentence; the document says it of the schema, and of the resource of that name. */
  readonly description: string;
  /** Never returned, never logged; "[redacted]" in audit rows. */
  readonly secret?: readonly string[];
  readonly unique?: readonly UniqueRule[];
  /** Every write leaves an audit row in the same transaction. */
  readonly audited?: boolean;
  /** What webhooks are told of its writes: `created` stands for the event `<noun>.created`, and so on. */
  readonly events?: readonly (PlainEvent | EventRule)[];
  /** Fields that a webhook is not told, because answers show them to some callers only. */
  readonly untold?: readonly string[];
  /** Rows stay when their organization is purged; this field, a text, then says which it was. */
  readonly outlivesTenant?: string;
  /** What of the table an organization has only so much of. */
  readonly quotas?: readonly QuotaRule[];
}

/** What an organization has only so much of. Several tables may count for one quota, which then is the same in each. */
export interface QuotaRule {
  /** Its name, in the organization's `quotas` too, by which whoever runs the deployment raises it. */
  readonly name: string;
  /** How much each organization has, unless it has a number of its own. */
  readonly limit: number;
  /** What is counted, in words: "Webhook endpoints". */
  readonly says: string;
  /** The field that says how much a row counts for; a row counts for one without it. */
  readonly sum?: string;
  /** Which rows count: those that have one of these values in each of these fields. */
  readonly where?: Readonly<Record<string, readonly string[]>>;
  /** Rows in the trash do not count. */
  readonly exceptTrash?: boolean;
  /** Rows count for the day in which they were written, whatever becomes of them. */
  readonly perDay?: boolean;
}

/** What a write does to a row, as the names of plain events say it. */
export type PlainEvent = "created" | "updated" | "deleted" | "restored";

/** An event that is not told by every write of one kind, or not by the noun. */
export interface EventRule {
  /** `<noun>.<what happened>` */
  readonly type: string;
  /** What happened, in a sentence. */
  readonly description: string;
  /** The writes that may be one; without, only code that publishes it. */
  readonly on?: readonly PlainEvent[];
  /** What a field was before, one of these, where there was a row before. */
  readonly was?: Readonly<Record<string, readonly string[]>>;
  /** What a field has become by the write. */
  readonly becomes?: Readonly<Record<string, string>>;
  /** A list that is told along with the row: the field of `data` that has it, and the texts of its objects, each with an example. */
  readonly adds?: {
    readonly field: string;
    readonly texts: Readonly<Record<string, readonly [says: string, example: string]>>;
  };
}

/** Base sets of fields that the engine fills: C created, U updated, D soft-deleted. With none, a row is written as it is given. */
export type Base = "" | "C" | "CU" | "CUD";

const created = {
  createdAt: described(timestampMs(), "When the row was made."),
  createdBy: described(
    reference(engineTables.people, "null"),
    "The user who made the row; absent where no person did.",
  ).optional(),
};
const updated = {
  updatedAt: described(timestampMs(), "When the row was last changed.", Date.UTC(2026, 0, 15, 10, 30)),
};
const deleted = {
  deletedAt: described(timestampMs(), "When the row went into the trash; absent while it is not there.").optional(),
};
const tenant = {
  organizationId: described(reference(engineTables.tenants, "cascade"), "The organization that the row belongs to."),
};
const optionalTenant = {
  organizationId: described(
    reference(engineTables.tenants, "cascade"),
    "The organization that the row belongs to; absent for what belongs to none.",
  ).optional(),
};

/** The field that says whose a row is, as tables have it and as answers show it. */
export const tenantFields = { required: tenant, optional: optionalTenant, none: {} } as const;

/** Fields that the engine fills, as tables have them and as answers show them. */
export const baseFields = {
  "": {},
  C: created,
  CU: { ...created, ...updated },
  CUD: { ...created, ...updated, ...deleted },
} as const satisfies Record<Base, Fields>;

type BaseFields<B extends Base> = (typeof baseFields)[B];

/** Whether every row of a table belongs to an organization, some do, or the table knows none. */
export type TenantRule = "required" | "optional" | "none";

/** A table as `tables.ts` declared it: what the generator reads to write the table metadata and the schema. */
export interface DeclaredTable {
  readonly fields: Fields;
  readonly base: Base;
  readonly tenant: TenantRule;
  readonly options: TableOptions;
}

/** A field that holds the id of a row in another table, and what happens to this row when that one is purged. */
export interface ReferenceMetadata {
  /** Field names from the row's root; `[]` stands for every element of an array. */
  readonly path: readonly string[];
  readonly table: string;
  readonly onDelete: OnDelete;
}

/** A field that holds a stored file of the organization. */
export interface FileFieldMetadata {
  /** As in `ReferenceMetadata`. */
  readonly path: readonly string[];
  readonly purpose: FilePurpose;
}

/** What the engine knows of a table at run time, without evaluating any domain's schemas. */
export interface TableMetadata {
  readonly noun: string;
  readonly tenant: TenantRule;
  readonly base: Base;
  readonly audited: boolean;
  /** What never leaves: the declared secrets and the sealed ones. */
  readonly secret: readonly string[];
  /** Fields that hold a secret encrypted, each as `sealed()` has it. */
  readonly sealed: readonly string[];
  readonly unique: readonly UniqueRule[];
  readonly references: readonly ReferenceMetadata[];
  readonly events: readonly EventRule[];
  readonly untold: readonly string[];
  /** Fields that hold files; absent where there are none. */
  readonly files?: readonly FileFieldMetadata[];
  /** Where URLs stand, as paths of `ReferenceMetadata`; absent where there are none. */
  readonly urls?: readonly (readonly string[])[];
  /** What an organization has only so much of; absent where nothing is counted. */
  readonly quotas?: readonly QuotaRule[];
  readonly indexes: Readonly<Record<string, readonly string[]>>;
  /** The field that names a purged organization, in tables whose rows outlive it. */
  readonly outlivesTenant?: string;
}

const declarations = new WeakMap<object, DeclaredTable>();

/**
 * A table definition that is made when somebody looks at it. Domains import their fields from the module that also
 * declares their tables, but only the schema needs the tables: without this, every context would convert them.
 */
function lazily<Definition extends object>(define: () => Definition, declaration: DeclaredTable): Definition {
  const indexes: (readonly [name: string, fields: readonly string[]])[] = [];
  let made: Definition | undefined;
  const proxy: Definition = new Proxy(asDefinition<Definition>({}), {
    get(_target, property) {
      if (property === "index" && !made) {
        return (name: string, fields: readonly string[]) => {
          indexes.push([name, fields]);
          return proxy;
        };
      }
      made ??= withIndexes(define(), indexes);
      return Reflect.get(made, property, made);
    },
  });
  declarations.set(proxy, declaration);
  return proxy;
}

/** Only methods and properties of the definition behind it are ever asked of the proxy. */
function asDefinition<Definition>(target: object): Definition {
  return target as Definition;
}

function withIndexes<Definition extends object>(
  definition: Definition,
  indexes: (readonly [string, readonly string[]])[],
): Definition {
  const indexed = definition as Definition & { index(name: string, fields: readonly string[]): unknown };
  for (const [name, fields] of indexes) indexed.index(name, fields);
  return definition;
}

/** The validators that Convex stores rows by. Zod knows no bytes, so those of secrets are put in. */
export function storedFields<F extends Fields>(fields: F) {
  const validators = zodOutputToConvexFields(fields);
  for (const name of sealedFields(fields)) {
    const isOptional = fields[name] instanceof z.ZodOptional;
    Object.assign(validators, { [name]: isOptional ? v.optional(sealedValidator) : sealedValidator });
  }
  return validators;
}

/**
 * The names of the fields that hold a secret encrypted.
 * @throws {Error} for one inside another field, where neither the metadata nor the re-encryption would find it
 */
export function sealedFields(fields: Fields): readonly string[] {
  return Object.entries(fields).flatMap(([name, type]) => {
    const inner = type instanceof z.ZodOptional ? type.unwrap() : type;
    if (sealedSecrets.has(inner)) return [name];
    if (holdsSealed(type)) throw new Error(`${name}: a sealed secret is a field of its own, optional at most.`);
    return [];
  });
}

function holdsSealed(type: z.core.$ZodType): boolean {
  if (sealedSecrets.has(type)) return true;
  const { def } = type._zod;
  const inner: readonly unknown[] = [
    ...("innerType" in def ? [def.innerType] : []),
    ...("element" in def ? [def.element] : []),
    ...("shape" in def ? Object.values(Object(def.shape)) : []),
    ...("options" in def && Array.isArray(def.options) ? def.options : []),
    ...("valueType" in def ? [def.valueType] : []),
  ];
  return inner.some((part) => part instanceof z.ZodType && holdsSealed(part));
}

/** A table whose rows belong to one organization each; every index begins with `organizationId` unless it is internal. */
export function tenantTable<F extends Fields, B extends Base>(fields: F, base: B, options: TableOptions) {
  const all: typeof tenant & F & BaseFields<B> = { ...tenant, ...fields, ...baseFields[base] };
  return lazily(() => defineTable(storedFields(all)), { fields: all, base, tenant: "required", options });
}

/** A table without a tenant: identities, organizations themselves, and rows of the platform. */
export function globalTable<F extends Fields, B extends Base>(fields: F, base: B, options: TableOptions) {
  const all: F & BaseFields<B> = { ...fields, ...baseFields[base] };
  return lazily(() => defineTable(storedFields(all)), { fields: all, base, tenant: "none", options });
}

/** A table whose rows may also belong to no organization: built-in roles, what the engine keeps of user-level operations. */
export function optionalTenantTable<F extends Fields, B extends Base>(fields: F, base: B, options: TableOptions) {
  const all: typeof optionalTenant & F & BaseFields<B> = { ...optionalTenant, ...fields, ...baseFields[base] };
  return lazily(() => defineTable(storedFields(all)), { fields: all, base, tenant: "optional", options });
}

/** How a table was declared; undefined for a definition that this module did not make. */
export function declarationOf(definition: object): DeclaredTable | undefined {
  return declarations.get(definition);
}
