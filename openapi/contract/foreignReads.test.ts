import { describe, expect, it } from "vitest";
import schema from "../../convex/schema";
import { execute } from "../../convex/core/operations/pipeline";
import { declarationOf } from "../../convex/core/schema/table";
import { tableMetadata } from "../../convex/core/schema/tableMetadata";
import { registry } from "../registry";
import { nameOf } from "./arrangements.testing";
import { organizationOf } from "./organizationRows.testing";
import { sampleFields } from "./samples.testing";
import { unknownLike } from "./world.testing";
import type { Operation } from "../../convex/core/operations/declaration";
import type { TableMetadata } from "../../convex/core/schema/table";
import type { QueryCtx } from "../../convex/_generated/server";

// Another organization's row and none are refused after the same reads, so that no time can tell them apart.

// Whom an operation is not for is refused before any row is read, and a row with names of its own is everybody's.
const operations = registry.filter(
  ({ declaration: { access, on, keysOnly } }) =>
    (access === "organization" || access === "permission") && on !== undefined && !on.named && !keysOnly,
);

/** Two organizations, and a row of every table of the one that the caller is not in. */
async function twoOrganizations() {
  const world = await organizationOf(["owner"]);
  const stranger = await world.newUser("stranger");
  const { host } = world;
  const foreign: Record<string, string> = { users: stranger };
  await host.run(async ({ db }) => {
    const own = await db.get("organizations", world.organizationId);
    if (!own) throw new Error("There is an organization.");
    const { _id, _creationTime, ...values } = own;
    foreign["organizations"] = await db.insert("organizations", { ...values, slug: "globex", ownerId: stranger });
  });
  const tables: [string, TableMetadata][] = Object.entries(tableMetadata);
  // Rows of the deployment that an organization's refer to, such as integrations.
  const referred = new Set(tables.flatMap(([, { references }]) => references.map(({ table }) => table)));
  let left = tables.filter(([name, { tenant }]) => (tenant !== "none" || referred.has(name)) && !(name in foreign));
  while (left.length > 0) {
    const ready = left.filter(([, { references }]) => references.every(({ table }) => table in foreign));
    if (ready.length === 0) throw new Error(`None of ${left.map(([name]) => name).join()} can be made.`);
    for (const [name] of ready) foreign[name] = await inserted(host, name, foreign);
    left = left.filter((one) => !ready.includes(one));
  }
  await host.run(async ({ db }) => {
    const people = await db.query("users").collect();
    for (const { _id, name } of people)
      if (name === "owner") await db.patch("users", _id, { defaultOrganizationId: world.organizationId });
  });
  const base = { organizationId: world.organizationId, name: "Own", createdAt: 1, updatedAt: 1 };
  const own: Readonly<Record<string, string>> = await host.run(async ({ db }) => ({
    teams: await db.insert("teams", base),
    clients: await db.insert("clients", { ...base, status: "active" }),
  }));
  return { ...world, foreign, own };
}

type Host = Awaited<ReturnType<typeof organizationOf>>["host"];

function inserted(host: Host, table: string, ids: Readonly<Record<string, string>>): Promise<string> {
  const definition = Object.entries(schema.tables).find(([name]) => name === table)?.[1];
  const fields = declarationOf(definition ?? {})?.fields ?? {};
  // The table's type is not known here, so neither is that of its rows.
  return host.run(async ({ db, storage }) => {
    const row = sampleFields(fields, { ...ids, _storage: await storage.store(new Blob(["a file"])) });
    return String(await Reflect.apply(db.insert, db, [table, row]));
  });
}

/** The context of a call, which notes what is read of the database. */
function noting(ctx: QueryCtx, reads: string[]): QueryCtx {
  const query = (table: string) =>
    new Proxy(Reflect.apply(ctx.db.query, ctx.db, [table]), {
      get(target, name) {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== "function") return value;
        return (...given: readonly unknown[]) => {
          if (name === "withIndex") reads.push(`${table} ${String(given[0])}`);
          return Reflect.apply(value, target, given);
        };
      },
    });
  const get = (...given: readonly unknown[]) => {
    reads.push(`get ${String(given[0])}`);
    return Reflect.apply(ctx.db.get, ctx.db, given);
  };
  const db: QueryCtx["db"] = new Proxy(ctx.db, {
    get: (target, name) => (name === "query" ? query : name === "get" ? get : Reflect.get(target, name)),
  });
  return { ...ctx, db };
}

describe("another organization's row and none", async () => {
  const { foreign, own, as } = await twoOrganizations();
  const outcomeOf = async (operation: Operation, input: Readonly<Record<string, string>>) => {
    const reads: string[] = [];
    const call = { operation, input, origin: {} };
    const refusal = await as("owner")
      .run((ctx) => execute(noting(ctx, reads), call))
      .catch((error: unknown) => error);
    const { status, code }: { status?: number; code?: string } = Object(Object(refusal).data);
    return { status, code, reads };
  };

  it.each(operations.map((operation) => [nameOf(operation), operation] as const))("%s", async (_name, operation) => {
    const { idParameter = "" } = operation.declaration.on ?? {};
    const named = Object.keys(operation.declaration.params ?? {});
    // What the path goes through is the caller's own.
    const idOf = (name: string) =>
      name === "slug" ? "globex" : ((name === idParameter ? foreign : own)[`${name.replace(/Id$/, "")}s`] ?? "");
    const theirs = Object.fromEntries(named.map((name) => [name, idOf(name)]));
    const none = { ...theirs, [idParameter]: unknownLike(theirs[idParameter] ?? "") };
    const found = await outcomeOf(operation, theirs);
    expect(found).toMatchObject({ status: 404, code: "not_found" });
    expect(theirs).not.toEqual(none);
    expect(found).toEqual(await outcomeOf(operation, none));
  });
});
