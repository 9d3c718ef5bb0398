import * as z from "zod";
import { crud } from "../core/resources/crud";
import { ProblemError } from "../core/wire/errors";
import { defaultPageSize } from "../core/records/listPlan";
import { described } from "../core/schema/fields";
import { resource } from "../core/resources/resource";
import { isBuiltInRole } from "../core/access/rights";
import { assertGainsWithinReach, assertValidRole, assertWithinAuthor, roleKeyOf } from "./roles/rules";
import { roleFields } from "./tables";
import type { TenantMutationContext, TenantQueryContext } from "../core/operations/declaration";
import type { Doc } from "../_generated/dataModel";

const defaultRank = 20;

const roles = resource({
  name: "access/roles",
  table: "roles",
  path: "/roles",
  fields: roleFields,
  serverOwned: ["isSystem"],
  immutable: ["key"],
  defaulted: ["key", "rights", "scope", "rank"],
  list: { filters: ["key", "name"] },
  problems: {
    create: ["key_taken", "rank_too_low"],
    update: ["system_role", "rank_too_low"],
    delete: ["system_role", "rank_too_low", "role_in_use"],
    restore: ["system_role", "rank_too_low"],
  },
  // Built-in roles belong to no organization and are seen by all.
  find: async ({ db, unscoped }, id) => {
    const role = await unscoped.get("roles", id);
    return role && (role.organizationId === undefined || role.organizationId === db.organizationId) ? role : null;
  },
  hooks: {
    defaults: (_ctx, { name = "" }) => ({
      key: roleKeyOf(name),
      rights: [],
      scope: "organization" as const,
      rank: defaultRank,
      isSystem: false,
    }),
    rules: async (ctx, next, previous) => {
      if (previous) assertChangeable(ctx, previous);
      if (isBuiltInRole(next.key)) throw new ProblemError("key_taken", "A built-in role has this key.");
      assertValidRole(next);
      assertWithinAuthor(ctx.tenant, next);
      if (previous && (await useOf(ctx, previous)) !== undefined)
        assertGainsWithinReach(ctx.tenant, previous, { ...previous, ...next });
    },
    beforeDelete: async (ctx, role) => {
      assertChangeable(ctx, role);
      const use = await useOf(ctx, role);
      if (use !== undefined) throw new ProblemError("role_in_use", use);
    },
  },
});

const { get, create, update, delete: remove, restore } = crud(roles);
export { get, create, update, remove as delete, restore };

const builtInPosition = /^builtIn:(\d{1,2})$/;

export const list = roles.list("list", {
  summary: "List roles",
  description:
    "The organization's own roles, newest first unless sorted otherwise: none before it has made one. The built-in roles, such as `admin` and `member`, lead the list with `includeGlobal=true`.",
  input: () => ({
    includeGlobal: described(z.boolean(), "True to list the built-in roles too, before the others.").optional(),
  }),
  handler: async (ctx, { includeGlobal = false, ...input }) => {
    const filters: Readonly<Record<string, unknown>> = input;
    const limit = input.limit ?? defaultPageSize;
    const position = input.cursor === undefined ? "0" : builtInPosition.exec(input.cursor)?.[1];
    // Convex pages one range per query: the few built-in rows come first, by their position, then the index goes on.
    const builtIn =
      includeGlobal && ctx.reach.every && position !== undefined && filters["deleted"] === undefined
        ? await builtInRows(ctx, filters)
        : [];
    const led = builtIn.slice(Number(position ?? 0));
    if (led.length >= limit) {
      const next = Number(position) + limit;
      return { page: led.slice(0, limit), isDone: false, continueCursor: `builtIn:${next}` };
    }
    const cursor = position === undefined ? input.cursor : undefined;
    const own = await roles.rows(ctx, { ...input, cursor, limit: limit - led.length });
    return { ...own, page: [...led, ...own.page] };
  },
});

/** The built-in rows that the filters of the list let through. */
async function builtInRows(
  { unscoped }: TenantQueryContext,
  filters: Readonly<Record<string, unknown>>,
): Promise<Doc<"roles">[]> {
  const rows = await unscoped
    .query("roles")
    .withIndex("by_organizationId_and_deletedAt", (q) => q.eq("organizationId", undefined).eq("deletedAt", undefined))
    .collect();
  const { key, name, createdFrom, createdTo } = filters;
  return rows.filter(
    (row) =>
      (key === undefined || row.key === key) &&
      (name === undefined || row.name === name) &&
      (typeof createdFrom !== "number" || row._creationTime >= createdFrom) &&
      (typeof createdTo !== "number" || row._creationTime < createdTo),
  );
}

function assertChangeable({ tenant }: TenantMutationContext, role: Doc<"roles">): void {
  if (role.isSystem) throw new ProblemError("system_role", "Built-in roles are the same in every organization.");
  if (role.rank >= tenant.rank) throw new ProblemError("rank_too_low", "The role's rank is not below one's own.");
}

/** Who has a role, as a refusal says it; undefined when nobody has. */
async function useOf({ db }: TenantMutationContext, role: Doc<"roles">): Promise<string | undefined> {
  const inOrganization = db.index("memberships", "by_organizationId_and_roleId", (q) => q.eq("roleId", role._id));
  if (await inOrganization.first()) return "Members have this role.";
  const inTeams = db.index("teamMemberships", "by_organizationId_and_roleId", (q) => q.eq("roleId", role._id));
  if (await inTeams.first()) return "Members of teams have this role.";
  const withClients = db.index("clientMemberships", "by_organizationId_and_roleId", (q) => q.eq("roleId", role._id));
  return (await withClients.first()) ? "Members with clients have this role." : undefined;
}
