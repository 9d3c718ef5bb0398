import { resource } from "../../core/resources/resource";
import { entityFields } from "../tables";
import { endRelationships } from "./relationships";
import { addLive, logEntityEvent } from "./writing";

/** Entities as every module of the domain shows them; people change the site and the normalized data, data sources the rest. */
export const entities = resource({
  name: "integrations/entities",
  table: "entities",
  path: "/entities",
  fields: entityFields,
  serverOwned: ["integrationId", "dataHash", "rawBytes", "lastSeenAt"],
  immutable: ["dataSourceId", "entityType", "externalId"],
  list: {
    filters: ["integrationId", "dataSourceId", "siteId", "entityType", "externalId"],
    sorts: ["lastSeenAt"],
  },
  hooks: {
    beforeDelete: async (ctx, entity) => {
      if (entity.deletedAt !== undefined) return undefined;
      await endRelationships(ctx, entity._id);
      await addLive(ctx, entity, -1);
      await logEntityEvent(ctx, "entity.deleted", entity);
      return undefined;
    },
    afterWrite: async (ctx, entity, previous) => {
      if (previous?.deletedAt === undefined || entity.deletedAt !== undefined) return;
      await addLive(ctx, entity, 1);
      await logEntityEvent(ctx, "entity.restored", entity, previous);
    },
  },
});
