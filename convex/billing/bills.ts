import * as z from "zod";
import { withPublicId } from "../core/records/documents";
import { crud } from "../core/resources/crud";
import { noContent } from "../core/resources/operations";
import { documentWith } from "../core/resources/resource";
import { described, text, timestampMs } from "../core/schema/fields";
import { invalidField, ProblemError } from "../core/wire/errors";
import { computeDraft, linesOf, releaseAdjustments, useAdjustments } from "./bills/computing";
import { numberOf } from "./bills/numbers";
import { pageOfBill } from "./bills/page";
import { periodOfBill } from "./bills/periods";
import { assertDraft, billLineItems, bills } from "./bills/resource";
import { tellOwner } from "./bills/telling";
import { billFields, localDate } from "./tables";

const { list } = crud(bills);
export { list };

export const get = bills.read("get", {
  summary: "Get a bill",
  description: "With `include=lineItems` also its lines.",
  input: () => ({ include: described(z.enum(["lineItems"]), "What comes with it.", "lineItems").optional() }),
  output: () =>
    documentWith(bills, {
      lineItems: described(z.array(billLineItems.document), "Its lines, where they were asked for.").optional(),
    }),
  departs: { tagsRow: true },
  handler: async (ctx, { include }) => {
    if (include === undefined) return ctx.row;
    const lines = await linesOf(ctx.db, ctx.row);
    return {
      ...withPublicId(ctx.row),
      lineItems: await Promise.all(lines.map((line) => billLineItems.show(ctx, line))),
    };
  },
});

const computing = ["no_pricing_tier", "currency_mismatch", "bill_too_large"] as const;

/** A draft before it is computed. */
const nothingYet = {
  subtotal: 0,
  adjustmentsTotal: 0,
  total: 0,
  adjustments: [],
  unpricedRecords: 0,
  usageRecordCount: 0,
};

export const generate = bills.at("/generate").change("generate", {
  summary: "Generate a bill",
  description:
    "A draft for whole days in the organization's time zone: a line for each price, from the usage that belongs to them, and the adjustments that meet them. No two bills cover one day, but for cancelled ones.",
  permission: "generate",
  input: () => ({
    startDate: described(localDate(), "The first day.", "2026-01-01"),
    endDate: described(localDate(), "The day after the last one, 366 days later at most.", "2026-02-01"),
    skipUnpriced: described(
      z.boolean(),
      "True to leave usage out that nothing prices, rather than be refused.",
    ).optional(),
    notes: billFields.notes,
  }),
  problems: ["period_overlap", ...computing],
  departs: { status: 201 },
  handler: async (ctx, { skipUnpriced = false, notes, ...days }) => {
    const { timezone: timeZone, currency } = ctx.tenant.organization.settings;
    const { start, end } = await periodOfBill(ctx.db, days, { timeZone, now: ctx.now });
    const draft = await bills.insert(ctx, {
      ...days,
      ...nothingYet,
      timeZone,
      periodStart: start,
      periodEnd: end,
      currency,
      status: "draft",
      skipUnpriced,
      notes,
      computedAt: ctx.now,
    });
    return computeDraft(ctx, draft);
  },
});

export const regenerate = bills.change("regenerate", {
  summary: "Compute a draft again",
  description: "From usage, prices and adjustments as they are now. Lines that somebody added stay.",
  permission: "generate",
  problems: ["bill_not_draft", ...computing],
  handler: async (ctx) => {
    assertDraft(ctx.row);
    return computeDraft(ctx, ctx.row);
  },
});

export const update = bills.change("update", {
  summary: "Update a bill",
  description: "Changes the notes of a draft; null clears them.",
  input: () => bills.updateFields,
  problems: ["bill_not_draft"],
  handler: async (ctx, { notes }) => {
    assertDraft(ctx.row);
    return notes === undefined ? ctx.row : bills.patch(ctx, ctx.row, { notes: notes ?? undefined });
  },
});

export const finalize = bills.change("finalize", {
  summary: "Finalize a bill",
  description:
    "Computes the draft a last time, gives it the next number, and closes its period: usage that is recorded for it later counts in the first open one. Refused before its last day has passed. What is finalized stays as it is.",
  permission: "finalize",
  problems: ["invalid_state_transition", "period_not_over", ...computing],
  handler: async (ctx) => {
    const { row } = ctx;
    if (row.status === "finalized") return row;
    if (row.status === "draft" && row.periodEnd > ctx.now)
      throw new ProblemError("period_not_over", `The period ends at ${new Date(row.periodEnd).toISOString()}.`);
    // Of another state the state machine says which moves there are, before anything is computed.
    const computed = row.status === "draft" ? await computeDraft(ctx, row) : row;
    const numbered = row.status === "draft" ? await numberOf(ctx) : {};
    const finalized = await bills.patch(ctx, computed, { ...numbered, status: "finalized", finalizedAt: ctx.now });
    await useAdjustments(ctx, finalized);
    await tellOwner(ctx, finalized);
    return finalized;
  },
});

export const pay = bills.change("pay", {
  summary: "Mark a bill as paid",
  permission: "pay",
  input: () => ({
    paidAt: described(timestampMs(), "When it was paid; now unless given.", Date.UTC(2026, 1, 14)).optional(),
    paymentReference: billFields.paymentReference,
  }),
  problems: ["invalid_state_transition"],
  departs: { operationId: "markBillPaid" },
  handler: async (ctx, { paidAt = ctx.now, paymentReference }) => {
    if (ctx.row.status === "paid") return ctx.row;
    if (paidAt > ctx.now) throw invalidField("/paidAt", "too_big", "It is in the future.");
    return bills.patch(ctx, ctx.row, { status: "paid", paidAt, paymentReference });
  },
});

export const cancel = bills.change("cancel", {
  summary: "Cancel a bill",
  description:
    "Gives its period back to other bills, with the usage in it, and what it has used of adjustments. A number that it has stays its own. The reason stands in the audit trail.",
  permission: "cancel",
  input: () => ({
    reason: described(text(1, 500), "Why; kept in the audit trail.", "Wrong price in January.").optional(),
  }),
  problems: ["invalid_state_transition", "credit_in_use"],
  handler: async (ctx, { reason }) => {
    if (ctx.row.status === "cancelled") return ctx.row;
    const cancelled = await bills.patch(ctx, ctx.row, { status: "cancelled", cancelledAt: ctx.now }, { reason });
    if (ctx.row.status === "finalized") await releaseAdjustments(ctx, ctx.row);
    return cancelled;
  },
});

const remove = bills.change("delete", {
  summary: "Delete a draft",
  description: "Deletes it for good with its lines.",
  output: noContent,
  problems: ["bill_not_draft"],
  handler: async (ctx) => {
    assertDraft(ctx.row);
    await bills.delete(ctx, ctx.row, {});
    return null;
  },
});
export { remove as delete };

export const getPage = bills.read("getPage", {
  summary: "Get a bill as a page",
  description: "An HTML document for people to read and print: it loads nothing, and nothing in it runs.",
  output: () => z.object({ html: described(z.string(), "The document.", '<!doctype html>\n<html lang="en">…</html>') }),
  handler: async (ctx) => ({
    html: pageOfBill(ctx.row, await linesOf(ctx.db, ctx.row), ctx.tenant.organization.name),
  }),
});
