import * as z from "zod";
import { withPublicId } from "../core/records/documents";
import { ExistingRow } from "../core/operations/existingRow";
import { noContent } from "../core/resources/operations";
import { crud } from "../core/resources/crud";
import { described, exampleRowId, integer, rowId } from "../core/schema/fields";
import { rowNamed } from "../core/schema/rowNames";
import { ProblemError } from "../core/wire/errors";
import { spanOfDays } from "./bills/periods";
import { priced } from "./bills/pricing";
import { unitsOf } from "./money";
import { localDate } from "./tables";
import { PriceTimes, usageOf } from "./usageRecords/counting";
import { deleteRecord, UsageRecorder } from "./usageRecords/recording";
import { usageRecords } from "./usageRecords/resource";
import type { SentUsage } from "./usageRecords/recording";
import type { TenantMutationContext } from "../core/operations/declaration";
import type { Doc } from "../_generated/dataModel";

export const { list } = crud(usageRecords);

export const record = usageRecords.at("/").change("record", {
  summary: "Record usage",
  description:
    "Sent again under the same `externalRef` with the same content, it is not counted twice: the record that there is comes back with 200. What was used in a period that is billed already counts in the first period after it that is not.",
  permission: "create",
  input: () => usageRecords.createFields,
  problems: ["usage_conflict"],
  departs: { operationId: "recordUsage", status: 201, answersExisting: true },
  handler: async (ctx, sent) => {
    const recorder = new UsageRecorder(ctx, "api");
    const { record: row, isNew } = await recorder.record(sent);
    await recorder.finish();
    return isNew ? row : new ExistingRow(row);
  },
});

const outcome = () =>
  z.object({
    outcome: described(
      z.enum(["created", "existing", "refused"]),
      "Whether it was recorded now, was recorded before, or why not.",
      "created",
    ),
    record: described(usageRecords.document.optional(), "The record; absent where it was refused."),
    problem: described(
      z.object({
        code: described(z.string(), "As of problem details.", "usage_conflict"),
        detail: described(z.string(), "What is wrong with it.", "The record has this reference and other content."),
      }),
      "Why it was refused.",
    ).optional(),
  });

export const recordBatch = usageRecords.at("/batch").change("recordBatch", {
  summary: "Record up to 100 pieces of usage",
  description:
    "Each is recorded or refused by itself, in one transaction, and `data` says how, in the order of `items`: one that is refused keeps no other from being recorded. Sending the batch again is safe for items with an `externalRef`. Items of a wrong shape refuse the whole request.",
  permission: "create",
  input: () => {
    const item = z.strictObject({
      ...usageRecords.createFields,
      // Looked up for each item, so that one site that is gone does not keep the others.
      integrationId: described(
        rowNamed("integrations"),
        "The integration whose units were used, by its id or slug.",
        "halo-psa",
        exampleRowId,
      ),
      siteId: described(rowId("sites"), "The site that used them.").optional(),
      dataSourceId: described(rowId("dataSources"), "The data source that they were counted in.").optional(),
    });
    return { items: described(z.array(item).min(1).max(100), "Pieces of usage, each as `recordUsage` takes it.") };
  },
  output: () => z.object({ data: described(z.array(outcome()), "What became of each, in the order of `items`.") }),
  departs: { operationId: "recordUsageBatch", readOnly: undefined },
  handler: async (ctx, { items }) => {
    const recorder = new UsageRecorder(ctx, "api");
    const data: z.output<ReturnType<typeof outcome>>[] = [];
    for (const item of items) data.push(await outcomeOf(ctx, recorder, item));
    await recorder.finish();
    return { data };
  },
});

async function outcomeOf(ctx: TenantMutationContext, recorder: UsageRecorder, item: SentUsage) {
  try {
    await assertReferences(ctx, item);
    const { record: row, isNew } = await recorder.record(item);
    return { outcome: isNew ? "created" : "existing", record: shown(row) } as const;
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    const { code, detail } = error.data;
    return { outcome: "refused", problem: { code, detail } } as const;
  }
}

function shown(row: Doc<"usageRecords">) {
  return withPublicId(row);
}

/** @throws {ProblemError} 422 for rows that are gone or somebody else's */
async function assertReferences({ db, unscoped }: TenantMutationContext, item: SentUsage): Promise<void> {
  const { integrationId, siteId, dataSourceId } = item;
  const refuse = (noun: string) => new ProblemError("cross_tenant_reference", `There is no such ${noun}.`);
  if (!(await unscoped.get("integrations", integrationId))) throw refuse("integration");
  const site = siteId && (await db.get("sites", siteId));
  if (siteId !== undefined && (!site || site.deletedAt !== undefined)) throw refuse("site");
  const dataSource = dataSourceId && (await db.get("dataSources", dataSourceId));
  if (dataSourceId !== undefined && (!dataSource || dataSource.deletedAt !== undefined)) throw refuse("dataSource");
}

const remove = usageRecords.change("delete", {
  summary: "Delete a usage record",
  description: "Takes it out of what is billed, and frees its `externalRef`: what was wrong can be recorded anew.",
  output: noContent,
  problems: ["period_finalized"],
  handler: async (ctx) => {
    await deleteRecord(ctx, ctx.row);
    return null;
  },
});
export { remove as delete };

export const getSummary = usageRecords.at("/summary").read("getSummary", {
  summary: "Get what usage comes to",
  description:
    "Units by integration, tier and price of the days asked for, in the organization's time zone, and what they would cost. What nothing prices has no cost. What counts in another period than that in which it was used is found in that one.",
  access: "permission",
  permission: "read",
  input: () => ({
    startDate: described(localDate(), "The first day.", "2026-01-01"),
    endDate: described(localDate(), "The day after the last one, 366 days later at most.", "2026-02-01"),
    integrationId: described(
      rowNamed("integrations"),
      "Of this integration only, by its id or slug.",
      "halo-psa",
      exampleRowId,
    ).optional(),
  }),
  output: () =>
    z.object({
      timeZone: described(z.string(), "IANA name of the time zone that the days are of.", "Europe/Zurich"),
      data: described(z.array(usageSum()), "Sums by integration, tier and price."),
    }),
  problems: ["bill_too_large"],
  departs: { operationId: "getUsageSummary" },
  handler: async ({ db, tenant }, { integrationId, ...days }) => {
    const timeZone = tenant.organization.settings.timezone;
    const prices = new PriceTimes(db);
    const usage = await usageOf(db, prices, spanOfDays(days, timeZone), integrationId);
    const { lines, unpriced } = await priced(usage, prices);
    const data: z.output<ReturnType<typeof usageSum>>[] = lines.map(
      ({ tier, units, total, usage: { recordCount } }) => ({
        integrationId: tier.integrationId,
        tierName: tier.name,
        recordCount,
        units,
        pricingTierId: tier._id,
        unitCost: tier.unitCost,
        currency: tier.currency,
        cost: total,
      }),
    );
    const sums = new Map<
      string,
      { integrationId: Doc<"integrations">["_id"]; tierName: string; recordCount: number; microUnits: bigint }
    >();
    for (const { integrationId: of, tierName, records, sumMicroUnits } of unpriced) {
      const key = `${of}:${tierName}`;
      const { recordCount, microUnits } = sums.get(key) ?? { recordCount: 0, microUnits: 0n };
      const sum = { recordCount: recordCount + records, microUnits: microUnits + sumMicroUnits };
      sums.set(key, { integrationId: of, tierName, ...sum });
    }
    for (const { microUnits, ...sum } of sums.values()) data.push({ ...sum, units: unitsOf(microUnits) });
    return { timeZone, data };
  },
});

const usageSum = () =>
  z.object({
    integrationId: described(rowId("integrations"), "The integration."),
    tierName: described(z.string(), "The tier.", "endpoint"),
    recordCount: described(integer(0, Number.MAX_SAFE_INTEGER), "How many usage records there are.", 720),
    units: described(z.number().min(0), "What they come to as the price says, or added where there is none.", 40),
    pricingTierId: described(rowId("integrationPricingTiers"), "The price; absent where there is none.").optional(),
    unitCost: described(z.number().min(0), "What a unit costs, in minor units.", 250).optional(),
    currency: described(z.string(), "ISO 4217 code in lower case.", "usd").optional(),
    cost: described(integer(0, Number.MAX_SAFE_INTEGER), "What they cost, in minor units.", 10_000).optional(),
  });
