import { ProblemError } from "../../core/wire/errors";
import { resource } from "../../core/resources/resource";
import { freeSlug, slugCandidates } from "../../core/schema/slugs";
import { deleteAgentsOf, hasAgents } from "../siteCascade";
import { siteFields } from "../tables";
import type { TenantMutationContext } from "../../core/operations/declaration";

/** Sites as every module of the domain writes them. */
export const sites = resource({
  name: "sites/sites",
  table: "sites",
  path: "/sites",
  fields: siteFields,
  defaulted: ["slug"],
  list: { filters: ["status", "slug", "psaCompanyId"], sorts: ["name"] },
  states: {
    field: "status",
    transitions: { active: ["inactive", "archived"], inactive: ["active", "archived"], archived: ["active"] },
  },
  problems: { delete: ["site_has_agents"] },
  hooks: {
    defaults: async (ctx, { name, slug }) => ({
      slug: slug ?? (name === undefined ? undefined : await slugFor(ctx, name)),
    }),
    beforeDelete: async (ctx, site, { cascade }) => {
      if (site.deletedAt !== undefined) return undefined;
      if (cascade === true) await deleteAgentsOf(ctx, site._id);
      else if (await hasAgents(ctx, site._id)) {
        throw new ProblemError(
          "site_has_agents",
          "The site has agents; move or delete them, or delete it with cascade=true.",
        );
      }
      return undefined;
    },
  },
});

function slugFor({ db }: TenantMutationContext, name: string): Promise<string> {
  const candidates = slugCandidates(name, "site", db.organizationId, Math.random);
  return freeSlug(candidates, async (slug) => {
    const index = "by_organizationId_and_deletedAt_and_slug";
    return (await db.index("sites", index, (q) => q.eq("deletedAt", undefined).eq("slug", slug)).first()) !== null;
  });
}
