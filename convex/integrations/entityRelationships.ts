import * as z from "zod";
import { crud } from "../core/resources/crud";
import { documentWith, resource } from "../core/resources/resource";
import { ExistingRow } from "../core/operations/existingRow";
import { triedItem } from "../core/operations/triedItems";
import { listOperation } from "../core/operations/define";
import { lazily } from "../core/operations/once";
import { noContent } from "../core/resources/operations";
import { definedOf } from "../core/records/documents";
import { described, rowId } from "../core/schema/fields";
import { ProblemError } from "../core/wire/errors";
import { countsOf, countsSchema, itemErrors, placed } from "./entities/batches";
import { entities } from "./entities/resource";
import { entityFields, entityRelationshipFields, maximumBatchItems } from "./tables";
import type { TenantMutationContext, TenantQueryContext } from "../core/operations/declaration";
import type { Outcome } from "./entities/batches";
import type { Doc, Id } from "../_generated/dataModel";
import type { ProblemFault } from "../core/wire/errors";

const { parentEntityId, childEntityId, relationshipType, metadata } = entityRelationshipFields;

const entityRelationships = resource({
  name: "integrations/entityRelationships",
  table: "entityRelationships",
  path: "/entity-relationships",
  fields: entityRelationshipFields,
  permissions: "entity",
  immutable: ["parentEntityId", "childEntityId", "relationshipType"],
  list: { filters: ["parentEntityId", "childEntityId", "relationshipType"] },
});

export const { list } = crud(entityRelationships);

interface Ends {
  readonly parentEntityId: Id<"entities">;
  readonly childEntityId: Id<"entities">;
  readonly relationshipType: string;
}

function between({ db }: Pick<TenantQueryContext, "db">, ends: Ends) {
  return db
    .index("entityRelationships", "by_parent_and_type_and_child", (q) =>
      q
        .eq("parentEntityId", ends.parentEntityId)
        .eq("relationshipType", ends.relationshipType)
        .eq("childEntityId", ends.childEntityId),
    )
    .unique();
}

const toItself = "An entity is not related to itself.";

export const create = entityRelationships.at("/").change("create", {
  summary: "Relate two entities",
  description: "Answers the relationship that there is, as it is, where there is one of this type between them.",
  permission: "relate",
  input: () => ({ parentEntityId, childEntityId, relationshipType, metadata }),
  problems: ["self_relationship"],
  departs: { answersExisting: true },
  handler: async (ctx, input) => {
    if (input.parentEntityId === input.childEntityId)
      throw new ProblemError("self_relationship", toItself, [
        { pointer: "/childEntityId", code: "self_relationship", message: toItself },
      ]);
    const known = await between(ctx, input);
    return known ? new ExistingRow(known) : entityRelationships.insert(ctx, input);
  },
});

/** Names an entity by its id, or by what its data source calls it. */
const end = (what: string) =>
  described(
    z.union([
      described(z.strictObject({ entityId: described(rowId("entities"), "Its id.") }), "The entity of this id."),
      described(
        z.strictObject({
          dataSourceId: described(rowId("dataSources"), "Its data source."),
          entityType: entityFields.entityType,
          externalId: entityFields.externalId,
        }),
        "The entity that a data source knows by this external id.",
      ),
    ]),
    what,
  );

const relationshipItem = () =>
  z.strictObject({
    parent: end("The entity that it begins at."),
    child: end("The entity that it ends at; another one."),
    relationshipType,
    metadata,
  });
type RelationshipItem = z.output<ReturnType<typeof relationshipItem>>;

const relationshipOutcomes = ["created", "updated", "unchanged", "failed"] as const satisfies readonly Outcome[];

interface RelationshipResult {
  readonly outcome: (typeof relationshipOutcomes)[number];
  readonly id?: string;
  readonly errors?: readonly ProblemFault[];
}

export const bulkUpsert = entityRelationships.at("/bulk-upsert").change("bulkUpsert", {
  summary: "Relate up to 200 pairs of entities",
  description:
    "Each is created, gets other metadata, or is left as it is; metadata that is left out stays. Each item is judged for itself: one that names an entity which is not there, or the same one twice, has `errors`, and the others are taken.",
  permission: "relate",
  input: () => ({
    items: described(
      z.array(triedItem(relationshipItem())).min(1).max(maximumBatchItems),
      "The relationships as the data source has them.",
    ),
  }),
  output: () =>
    z.object({
      results: described(
        z.array(
          z.object({
            outcome: described(z.enum(relationshipOutcomes), "What became of it."),
            id: described(rowId("entityRelationships"), "The relationship; absent where the item failed.").optional(),
            errors: itemErrors().optional(),
          }),
        ),
        "What became of each item, in the order of `items`.",
      ),
      counts: countsSchema(relationshipOutcomes),
    }),
  departs: { operationId: "bulkUpsertEntityRelationships", readOnly: undefined },
  handler: async (ctx, { items }) => {
    const results: RelationshipResult[] = [];
    for (const [at, { value, faults = [] }] of items.entries())
      results.push(value ? await upserted(ctx, value, at) : { outcome: "failed", errors: placed(at, faults) });
    return { results, counts: countsOf(results, relationshipOutcomes) };
  },
});

async function upserted(ctx: TenantMutationContext, item: RelationshipItem, at: number): Promise<RelationshipResult> {
  const parent = await entityAt(ctx, item.parent);
  const child = await entityAt(ctx, item.child);
  if (!parent || !child) return notRelated(at, parent ? "/child" : "/parent", "entity_not_found", noEntity);
  if (parent === child) return notRelated(at, "/child", "self_relationship", toItself);
  const ends = { parentEntityId: parent, childEntityId: child, relationshipType: item.relationshipType };
  const known = await between(ctx, ends);
  const further = definedOf({ metadata: item.metadata });
  if (!known) return { outcome: "created", id: (await entityRelationships.insert(ctx, { ...ends, ...further }))._id };
  const next = await entityRelationships.patch(ctx, known, further);
  return { outcome: next === known ? "unchanged" : "updated", id: known._id };
}

const noEntity = "No entity of the organization that is not in the trash is named by this.";

function notRelated(at: number, pointer: string, code: string, message: string): RelationshipResult {
  return { outcome: "failed", errors: placed(at, [{ pointer, code, message }]) };
}

async function entityAt(
  { db }: TenantMutationContext,
  named: RelationshipItem["parent"],
): Promise<Id<"entities"> | null> {
  const entity = "entityId" in named ? await db.get("entities", named.entityId) : await knownAs({ db }, named);
  return entity && entity.deletedAt === undefined ? entity._id : null;
}

function knownAs(
  { db }: Pick<TenantMutationContext, "db">,
  named: Exclude<RelationshipItem["parent"], { entityId: unknown }>,
) {
  const { dataSourceId, entityType, externalId } = named;
  return db
    .index("entities", "by_organizationId_and_dataSourceId_and_entityType_and_externalId", (q) =>
      q.eq("dataSourceId", dataSourceId).eq("entityType", entityType).eq("externalId", externalId),
    )
    .unique();
}

const remove = entityRelationships.change("delete", {
  summary: "End a relationship",
  description: "Deletes it for good; the entities stay.",
  permission: "relate",
  output: noContent,
  handler: (ctx) => entityRelationships.delete(ctx, ctx.row, {}),
});
export { remove as delete };

const related = lazily(() =>
  documentWith(entities, {
    relationshipId: described(rowId("entityRelationships"), "What relates it."),
    relationshipType,
  }),
);
const relatedOptions = (side: "parentEntityId" | "childEntityId") => ({ filters: [side, "relationshipType"] });

export const listRelated = listOperation({
  name: "integrations/entityRelationships:listRelated",
  operationId: "listRelatedEntities",
  noun: "entity",
  method: "GET",
  path: "/entities/{entityId}/related",
  summary: "List the entities that an entity is related to",
  description:
    "Its children, or with `direction=parents` its parents, each with what relates it; one that is related in several ways is listed for each of them. Newest relationship first unless sorted otherwise.",
  access: "organization",
  permission: "entity:read",
  on: entities,
  params: () => ({ entityId: rowId("entities") }),
  query: () =>
    Object.assign(entityRelationships.listParameters({ filters: ["relationshipType"] }), {
      direction: described(
        z.enum(["children", "parents"]),
        "Which side: `children` unless given.",
        "children",
      ).optional(),
    }),
  output: related,
  problems: ["unsupported_filter", "invalid_cursor"],
  handler: async (ctx, { direction = "children", entityId: _entityId, ...input }) => {
    const [own, other] =
      direction === "children"
        ? (["parentEntityId", "childEntityId"] as const)
        : (["childEntityId", "parentEntityId"] as const);
    const result = await entityRelationships.rows(ctx, { ...input, [own]: ctx.row._id }, relatedOptions(own));
    const page: object[] = [];
    for (const relationship of result.page) {
      const entity: Doc<"entities"> | null = await ctx.db.get("entities", relationship[other]);
      // Relationships end with either of their entities, many of them by and by.
      if (!entity || entity.deletedAt !== undefined) continue;
      const { _id: relationshipId, relationshipType: type } = relationship;
      page.push({ ...(await entities.show(ctx, entity)), relationshipId, relationshipType: type });
    }
    return { ...result, page };
  },
});
