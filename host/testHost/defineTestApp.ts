import {
  actionGeneric,
  anyApi,
  componentsGeneric,
  internalActionGeneric,
  internalMutationGeneric,
  internalQueryGeneric,
  mutationGeneric,
  queryGeneric,
} from "convex/server";
import type {
  ActionBuilder,
  AnyComponents,
  ApiFromModules,
  DataModelFromSchemaDefinition,
  FilterApi,
  FunctionReference,
  GenericSchema,
  MutationBuilder,
  QueryBuilder,
  SchemaDefinition,
} from "convex/server";
import { createTestHost } from "./createTestHost";
import type { TestHost, TestHostOptions } from "./createTestHost";
import type { ModuleGlob } from "./moduleGlob";

type AnyFunction<Visibility extends "public" | "internal"> = FunctionReference<
  "query" | "mutation" | "action",
  Visibility
>;

/** References to an app's functions, and a factory of accessors. */
interface TestAppDefinition<Schema extends GenericSchema, Modules extends Record<string, object>> {
  readonly api: FilterApi<ApiFromModules<Modules>, AnyFunction<"public">>;
  readonly internal: FilterApi<ApiFromModules<Modules>, AnyFunction<"internal">>;
  /** Opens a fresh store with the app's components. */
  createTest(this: void, options?: Pick<TestHostOptions<Schema>, "transactionLimits">): TestHost<Schema>;
}

/** Builders of an app that exists in a test file only. */
interface TestApp<Schema extends GenericSchema, DataModel extends DataModelOf<Schema> = DataModelOf<Schema>> {
  readonly components: AnyComponents;
  readonly query: QueryBuilder<DataModel, "public">;
  readonly internalQuery: QueryBuilder<DataModel, "internal">;
  readonly mutation: MutationBuilder<DataModel, "public">;
  readonly internalMutation: MutationBuilder<DataModel, "internal">;
  readonly action: ActionBuilder<DataModel, "public">;
  readonly internalAction: ActionBuilder<DataModel, "internal">;
  /** @param modules exports by module path without extension: `{ test: { list: app.query(…) } }` */
  defineModules<Modules extends Record<string, object>>(
    this: void,
    modules: Modules,
  ): TestAppDefinition<Schema, Modules>;
}

type DataModelOf<Schema extends GenericSchema> = DataModelFromSchemaDefinition<SchemaDefinition<Schema, boolean>>;

interface TestAppOptions<Schema extends GenericSchema> {
  readonly schema: SchemaDefinition<Schema, boolean>;
  /** By the name under which each is installed: what a component's own `test` module exports. */
  readonly components?: Readonly<Record<string, { register(t: TestHost<GenericSchema>, name: string): unknown }>>;
}

/**
 * `defineTestApp` of convex-test 0.0.70 on the host's store: an app without generated files, whose functions and
 * components a test file defines in place.
 */
export function defineTestApp<Schema extends GenericSchema>({
  schema,
  components = {},
}: TestAppOptions<Schema>): TestApp<Schema> {
  return asTestApp<Schema>({
    components: componentsGeneric(),
    query: queryGeneric,
    internalQuery: internalQueryGeneric,
    mutation: mutationGeneric,
    internalMutation: internalMutationGeneric,
    action: actionGeneric,
    internalAction: internalActionGeneric,
    defineModules: (modules: Readonly<Record<string, object>>) => ({
      api: anyApi,
      internal: anyApi,
      createTest: ({ transactionLimits = false }: Pick<TestHostOptions<Schema>, "transactionLimits"> = {}) => {
        const t = createTestHost({ schema, modules: globOf(modules), transactionLimits });
        for (const [name, component] of Object.entries(components)) component.register(asAnyHost(t), name);
        return t;
      },
    }),
  });
}

/** Modules as a glob has them, below a functions directory that the generated folder marks. */
function globOf(modules: Readonly<Record<string, object>>): ModuleGlob {
  const entries = Object.entries(modules).map(([path, exports]) => [`./${path}.ts`, async () => exports] as const);
  return Object.fromEntries([["./_generated/api.js", async () => ({})], ...entries]);
}

/** convex/server's generic builders and references are the typed ones at run time. */
function asTestApp<Schema extends GenericSchema>(app: object): TestApp<Schema> {
  return app as TestApp<Schema>;
}

/** A component registers itself alike in every app. */
function asAnyHost<Schema extends GenericSchema>(t: TestHost<Schema>): TestHost<GenericSchema> {
  return t as unknown as TestHost<GenericSchema>;
}
