import { described, integer } from "../../core/schema/fields";
import { shownKeyVersion } from "../../core/wire/encryption";
import { definedOf, withPublicId } from "../../core/records/documents";
import { ProblemError } from "../../core/wire/errors";
import { resource } from "../../core/resources/resource";
import { dataSourceFields } from "../tables";
import { demoteOthers, primaryOf } from "./primary";
import { assertConfig } from "./rules";
import type { TenantMutationContext } from "../../core/operations/declaration";
import type { Doc, Id } from "../../_generated/dataModel";

/** Data sources as every module of the domain writes them. */
export const dataSources = resource({
  name: "integrations/dataSources",
  table: "dataSources",
  path: "/data-sources",
  fields: {
    ...dataSourceFields,
    // Told by the secret itself, which is encrypted anew by itself.
    credentialKeyVersion: described(
      integer(1, 255),
      "The version of the deployment's key that its credentials are encrypted with; absent while it has none.",
      1,
    ).optional(),
  },
  immutable: ["integrationId"],
  defaulted: ["name", "isPrimary"],
  serverOwned: [
    "encryptedCredentials",
    "credentialKeyVersion",
    "credentialWarnings",
    "callBudget",
    "metadata",
    "lastSyncAt",
    "lastSyncError",
    "consecutiveFailures",
    "nextSyncAt",
  ],
  list: { filters: ["integrationId", "siteId", "status", "externalId"] },
  states: {
    field: "status",
    transitions: { active: ["inactive"], inactive: ["active"], error: ["inactive"] },
  },
  problems: {
    create: ["external_id_taken", "integration_inactive", "config_invalid", "url_not_allowed"],
    update: ["config_invalid", "url_not_allowed", "no_credentials"],
    restore: ["external_id_taken"],
    delete: ["sync_in_progress"],
  },
  show: (_showing, row) => {
    const { encryptedCredentials } = row;
    const credentialKeyVersion = shownKeyVersion(encryptedCredentials);
    return { ...withPublicId(row), ...definedOf({ credentialKeyVersion }) };
  },
  hooks: {
    rules: async (ctx, next, previous) => {
      const integration = await integrationOf(ctx, next.integrationId);
      if (!previous && !integration.isActive)
        throw new ProblemError("integration_inactive", `${integration.name} is not active.`);
      if (next.config !== previous?.config) assertConfig(integration, next.config);
      if (next.status === "active" && previous?.status !== "active" && !next.encryptedCredentials)
        throw new ProblemError("no_credentials", "Only a data source with credentials can be activated.");
      if (previous?.isPrimary && !next.isPrimary && previous.deletedAt === undefined)
        throw new ProblemError("invalid_state_transition", "Make another data source the primary one instead.");
    },
    afterWrite: async ({ db }, row, previous) => {
      if (row.isPrimary && !previous?.isPrimary) await demoteOthers(db, row);
      // What comes out of the trash stands for its integration where nothing else does.
      else if (previous?.deletedAt !== undefined && !(await primaryOf(db, row.integrationId)))
        await db.patch("dataSources", row, { isPrimary: true });
    },
  },
});

/** The integration of a data source, which cannot be deleted while it has one. */
export async function integrationOf(
  {
    unscoped,
  }: Pick<TenantMutationContext, "unscoped"> | { readonly unscoped: Pick<TenantMutationContext["unscoped"], "get"> },
  integrationId: Id<"integrations">,
): Promise<Doc<"integrations">> {
  const integration = await unscoped.get("integrations", integrationId);
  if (!integration) throw new Error("A data source is left without its integration.");
  return integration;
}
