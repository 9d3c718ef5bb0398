import { resource } from "../../core/resources/resource";
import { slugFor } from "./slugs";
import { projectFields, projectResourceFields } from "../tables";

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
    beforeDelete: async ({ db }, { _id: projectId }) => {
      const links = db.index("projectResources", "by_organizationId_and_projectId_and_resourceTable", (q) =>
        q.eq("projectId", projectId),
      );
      for (const link of await links.take(maximumLinks)) await db.purge("projectResources", link);
      return undefined;
    },
  },
});

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
