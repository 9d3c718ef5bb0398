import { described, exampleRowId, rowName } from "../../core/schema/fields";
import { globalResource } from "../../core/resources/globalResource";
import { ProblemError } from "../../core/wire/errors";
import { integrationFields } from "../tables";
import type { UnscopedReader } from "../../core/records/reader";
import type { Doc } from "../../_generated/dataModel";

/** Id or slug of an integration, in paths, bodies and queries. */
export function integrationName() {
  return described(rowName("integrations", 40), "Id or slug of the integration.", "halo-psa", exampleRowId);
}

/** The integration of an id or a slug. */
async function integrationNamed(
  unscoped: Pick<UnscopedReader, "query" | "get">,
  name: string,
): Promise<Doc<"integrations"> | null> {
  const bySlug = unscoped.query("integrations").withIndex("by_slug", (q) => q.eq("slug", name));
  return (await bySlug.unique()) ?? unscoped.get("integrations", name);
}

/** The same of a field `integrationId`. @throws {ProblemError} 422 when there is none */
export async function referredIntegration(
  { unscoped }: { readonly unscoped: Pick<UnscopedReader, "query" | "get"> },
  name: string,
): Promise<Doc<"integrations">> {
  const integration = await integrationNamed(unscoped, name);
  if (integration) return integration;
  const message = "No integration has this id or slug.";
  const fault = { pointer: "/integrationId", code: "cross_tenant_reference", message };
  throw new ProblemError("cross_tenant_reference", message, [fault]);
}

/** What can be connected: the same for every organization, named by id or slug. */
export const integrations = globalResource({
  name: "integrations/integrations",
  table: "integrations",
  path: "/integrations",
  fields: integrationFields,
  idInPath: integrationName,
  named: integrationNamed,
  list: { filters: ["category", "isActive", "slug"] },
  shownBeside: () => ["isEnabled", "dataSourceId", "dataSourceStatus"],
});
