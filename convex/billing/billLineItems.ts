import { asValues, changesOf } from "../core/resources/casts";
import { everyRow } from "../core/access/reach";
import { listOperation, mutationOperation } from "../core/operations/define";
import { noContent } from "../core/resources/operations";
import { described, exampleRowId, rowId } from "../core/schema/fields";
import { rowNamed } from "../core/schema/rowNames";
import { invalidField, notFound, ProblemError } from "../core/wire/errors";
import { assertCurrency, computeTotals, descriptionOf, linesOf, maximumLines, tooManyLines } from "./bills/computing";
import { assertDraft, billLineItems, bills } from "./bills/resource";
import { costOf, microUnitsOf } from "./money";
import type { TenantReader } from "../core/records/reader";
import type { Doc } from "../_generated/dataModel";

const billId = () => rowId("bills");

export const list = listOperation({
  name: "billing/billLineItems:list",
  operationId: "listBillLineItems",
  noun: "billLineItem",
  method: "GET",
  path: "/bills/{billId}/line-items",
  summary: "List the lines of a bill",
  description: "Newest first unless sorted otherwise.",
  access: "permission",
  permission: "bill:read",
  on: bills,
  params: () => ({ billId: billId() }),
  query: () => billLineItems.listParameters({}),
  output: () => billLineItems.document,
  problems: ["invalid_cursor"],
  handler: async (ctx, input) => {
    const asked = { ...input, billId: ctx.row._id };
    const result = await billLineItems.rows({ ...ctx, reach: everyRow }, asked, { filters: ["billId"] });
    return { ...result, page: await Promise.all(result.page.map((row) => billLineItems.show(ctx, row))) };
  },
});

const totals = "The bill's totals follow in the same transaction.";
const refusals = ["bill_not_draft", "currency_mismatch", "bill_too_large"] as const;

export const create = mutationOperation({
  name: "billing/billLineItems:create",
  operationId: "createBillLineItem",
  noun: "billLineItem",
  method: "POST",
  path: "/bills/{billId}/line-items",
  summary: "Add a line to a draft",
  description: `It stays when the draft is computed again. ${totals}`,
  access: "permission",
  permission: "bill:update",
  status: 201,
  on: bills,
  params: () => ({ billId: billId() }),
  body: () => billLineItems.createFields,
  readOnly: () => billLineItems.readOnly,
  output: () => billLineItems.document,
  problems: refusals,
  handler: async (ctx, { billId: _id, integrationId, description, ...values }) => {
    const bill = ctx.row;
    assertDraft(bill);
    if ((await linesOf(ctx.db, bill)).length === maximumLines) throw tooManyLines();
    const tier = await tierOf(ctx.db, values.pricingTierId);
    if (integrationId !== undefined && integrationId !== tier.integrationId)
      throw invalidField("/integrationId", "invalid_value", "The price is of another integration.");
    assertCurrency(bill, [{ tier }]);
    const line = await billLineItems.insert(
      ctx,
      asValues<"billLineItems">({
        ...values,
        billId: bill._id,
        integrationId: tier.integrationId,
        isManual: true,
        description: description ?? descriptionOf(tier, bill),
        ...costsOf(values.units, tier),
      }),
    );
    await computeTotals(ctx, bill);
    return billLineItems.show(ctx, line);
  },
});

export const update = billLineItems.change("update", {
  summary: "Update a line of a draft",
  description: `Of a line that somebody added. ${totals}`,
  input: () => ({ billId: billId(), ...billLineItems.updateFields }),
  problems: [...refusals, "line_from_usage"],
  handler: async (ctx, { billId: named, ...input }) => {
    const bill = await draftOf(ctx.db, ctx.row, named);
    const changes = changesOf<"billLineItems">(input, "lineItemId");
    const { units = ctx.row.units } = changes;
    const line = await billLineItems.patch(ctx, ctx.row, { ...changes, ...costsOf(units, ctx.row) });
    await computeTotals(ctx, bill);
    return line;
  },
});

const remove = billLineItems.change("delete", {
  summary: "Delete a line of a draft",
  description: `Of a line that somebody added. ${totals}`,
  permission: "update",
  input: () => ({ billId: billId() }),
  output: noContent,
  problems: ["bill_not_draft", "currency_mismatch", "bill_too_large", "line_from_usage"],
  handler: async (ctx, { billId: named }) => {
    const bill = await draftOf(ctx.db, ctx.row, named);
    await billLineItems.delete(ctx, ctx.row, {});
    await computeTotals(ctx, bill);
    return null;
  },
});
export { remove as delete };

/** The draft that a manual line stands on. @throws {ProblemError} 404 where the path names another bill, 409 where it is none */
async function draftOf(db: TenantReader, line: Doc<"billLineItems">, named: string): Promise<Doc<"bills">> {
  const bill = await db.get("bills", line.billId);
  if (!bill || bill._id !== named) throw notFound("billLineItem");
  assertDraft(bill);
  if (!line.isManual) throw new ProblemError("line_from_usage", "Usage has made the line.");
  return bill;
}

async function tierOf(db: TenantReader, id: string): Promise<Doc<"integrationPricingTiers">> {
  const tier = await db.get("integrationPricingTiers", id);
  if (!tier) throw notFound("pricingTier");
  return tier;
}

function costsOf(units: number, { unitCost }: { readonly unitCost: number }) {
  return { units, unitCost, total: costOf(microUnitsOf(units), unitCost) };
}

export const listByIntegration = listOperation({
  name: "billing/billLineItems:listByIntegration",
  operationId: "listLineItemsByIntegration",
  noun: "billLineItem",
  method: "GET",
  path: "/bill-line-items",
  summary: "List lines of all bills by integration",
  description: "Newest first unless sorted otherwise.",
  access: "permission",
  permission: "bill:read",
  params: () => ({}),
  // The very object that the parameters came in, as of every list.
  query: () =>
    Object.assign(billLineItems.listParameters({}), {
      integrationId: described(
        rowNamed("integrations"),
        "Lists the lines of this integration, by its id or slug.",
        "halo-psa",
        exampleRowId,
      ),
    }),
  output: () => billLineItems.document,
  problems: ["invalid_cursor"],
  handler: async (ctx, input) => {
    const result = await billLineItems.rows(ctx, input, { filters: ["integrationId"] });
    return { ...result, page: await Promise.all(result.page.map((row) => billLineItems.show(ctx, row))) };
  },
});
