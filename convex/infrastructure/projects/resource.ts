import { resource } from "../../core/resources/resource";
import { ProblemError } from "../../core/wire/errors";
import { slugFor } from "./slugs";
import { projectFields, projectResourceFields } from "../tables";
import type { TenantMutationContext } from "../../core/operations/declaration";
import type { Doc } from "../../_generated/dataModel";

/** Projects as every module of the domain writes them. */
export const projects = resource({
  name: "infrastructure/projects",
  table: "projects",
  path: "/projects",
  fields: projectFields,
  serverOwned: ["slug"],
  defaulted: ["status", "tags"],
  assigned: [
    { to: "teams", field: "teamId" },
    { to: "clients", field: "clientId" },
  ],
  list: { filters: ["teamId", "clientId", "status", "slug"], sorts: ["name"] },
  problems: {
    create: ["name_taken", "slug_taken"],
    update: ["name_taken", "slug_taken"],
    restore: ["name_taken", "slug_taken"],
  },
  hooks: {
    defaults: async ({ db }, { name = "" }) => ({ status: "active" as const, tags: [], slug: await slugFor(db, name) }),
    rules: assertOwnPlaces,
    beforeDelete: async ({ db }, { _id: projectId }) => {
      const links = db.index("projectResources", "by_organizationId_and_projectId_and_resourceTable", (q) =>
        q.eq("projectId", projectId),
      );
      for (const link of await links.take(maximumLinks)) await db.purge("projectResources", link);
      return undefined;
    },
  },
});

/**
 * Whoever reaches assigned projects alone gives them to no team or client but their own: its people see what the links show.
 * @throws {ProblemError} 403 with a pointer to the one that is not theirs
 */
function assertOwnPlaces(
  { reach }: Pick<TenantMutationContext, "reach">,
  next: Pick<Doc<"projects">, "teamId" | "clientId">,
  previous: Doc<"projects"> | undefined,
): void {
  if (reach.every) return;
  for (const field of ["teamId", "clientId"] as const) {
    const place = next[field];
    if (place === undefined || place === previous?.[field] || reach.holders.some(({ id }) => id === place)) continue;
    const code = "not_assigned";
    const message = `The caller does not belong to this ${field === "teamId" ? "team" : "client"}.`;
    throw new ProblemError(code, message, [{ pointer: `/${field}`, code, message }]);
  }
}

/** Resources of one project: its deletion ends all links in its transaction, and its dashboard shows all of them. */
export const maximumLinks = 500;

/** Links of projects to resources, as answers show them. */
export const projectResources = resource({
  name: "infrastructure/projectResources",
  table: "projectResources",
  path: "/projects/{projectId}/resources",
  idParameter: "linkId",
  permissions: "project",
  fields: projectResourceFields,
  serverOwned: ["projectId", "denormalizedName", "denormalizedStatus"],
  immutable: ["resourceTable", "resourceId"],
  list: { filters: ["resourceTable"] },
});
