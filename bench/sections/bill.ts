import path from "node:path";
import * as z from "zod";
import { internal } from "../../convex/_generated/api";
import schema from "../../convex/schema";
import { createTestHost } from "../../host/testHost/createTestHost";
import { newBilling, newIntegrations } from "../../openapi/contract/billingHost.testing";
import { rounded, withProgress } from "../report";
import { inScratchDirectory } from "../scratch";
import type { Billing } from "../../openapi/contract/billingHost.testing";
import type { Options } from "../options";
import type { Row, Section } from "../report";

const recordsPerBatch = 100;
const dayMs = 86_400_000;
const startMs = Date.UTC(2026, 0, 1);
const monthMs = 31 * dayMs;
/** In an afternoon, so that the records of a day are read one by one. */
const changeMs = startMs + 15 * dayMs + 49_620_000;

/** What is billed, one after the other: each bill is cancelled before the next one, and a price that has changed stays. */
const stores = [
  { sites: 1, bills: [{ name: "one site, a month", endDate: "2026-02-01", changes: false }] },
  {
    sites: 500,
    bills: [
      { name: "500 sites, a month", endDate: "2026-02-01", changes: false },
      { name: "500 sites, half a month", endDate: "2026-01-16", changes: false },
      { name: "500 sites, a price changes in an afternoon", endDate: "2026-02-01", changes: true },
    ],
  },
] as const;
type Store = (typeof stores)[number];

const identified = z.object({ id: z.string() });
const billAnswer = z.object({ id: z.string(), usageRecordCount: z.number(), total: z.number() });

/** Records a month of usage and bills it: what the drafts and the finalized bill take of Convex's limits, and how long. */
export async function billSection(options: Options): Promise<Section> {
  const rows: Row[] = [];
  for (const store of stores)
    rows.push(
      ...(await inScratchDirectory((directory) => rowsOf(store, path.join(directory, "test.sqlite"), options.rows))),
    );
  return {
    title: `A bill of ${options.rows} usage records`,
    rows,
    notes: [
      "In one process without HTTP, on a file. A bill is generated in one transaction and finalized in another, which computes it again; read and written are those of the second. Convex lets a transaction read 32,000 documents in 4,096 queries.",
    ],
  };
}

async function rowsOf({ sites, bills }: Store, file: string, records: number): Promise<readonly Row[]> {
  const host = createTestHost({ schema, file });
  try {
    const billing = await newBilling(host, await newIntegrations(host));
    const { owner, organizationId } = billing;
    const pricingTierId = await price(billing, 250, 0);
    const recording = await timed(() =>
      withProgress(`recording for ${sites}`, () => recordAll(billing, sites, records)),
    );
    const of = { organizationId };
    const rows: Row[] = [];
    for (const { name, endDate, changes } of bills) {
      if (changes) {
        const end = { params: { pricingTierId }, body: { effectiveUntil: changeMs } };
        await owner.mutation(entry, request(of, "pricingTiers.update", end));
        await price(billing, 300, changeMs);
      }
      const period = { startDate: "2026-01-01", endDate };
      const generating = await timed(() => owner.mutation(entry, request(of, "bills.generate", { body: period })));
      const { id: billId } = identified.parse(JSON.parse(generating.value.body));
      const finalizing = await timed(() =>
        owner.run(async (ctx) => {
          const { body } = await ctx.runMutation(entry, request(of, "bills.finalize", { params: { billId } }));
          return JSON.stringify({ bill: JSON.parse(body), metrics: await ctx.meta.getTransactionMetrics() });
        }),
      );
      await owner.mutation(entry, request(of, "bills.cancel", { params: { billId } }));
      const { bill, metrics } = answered.parse(JSON.parse(finalizing.value));
      rows.push({
        usage: name,
        "records billed": bill.usageRecordCount,
        total: bill.total,
        "records a second": Math.round(records / recording.seconds),
        "generate s": rounded(generating.seconds),
        "finalize s": rounded(finalizing.seconds),
        transactions: 2,
        "documents read": metrics.documentsRead.used,
        queries: metrics.databaseQueries.used,
        "KiB read": Math.round(metrics.bytesRead.used / 1024),
        "documents written": metrics.documentsWritten.used,
      });
    }
    return rows;
  } finally {
    await host.close();
  }
}

/** What the gateway calls: it counts requests before, as no transaction of these does. */
const entry = internal.billing.rest.mutation;

function request(
  { organizationId }: { readonly organizationId: string },
  operation: string,
  { params = {}, body = {} }: { readonly params?: Readonly<Record<string, string>>; readonly body?: object },
) {
  return {
    operation,
    params: { ...params },
    bodyText: JSON.stringify(body),
    request: { organization: organizationId },
  };
}

const used = z.object({ used: z.number() });
const answered = z.object({
  bill: billAnswer,
  metrics: z.object({ documentsRead: used, databaseQueries: used, bytesRead: used, documentsWritten: used }),
});

async function price({ owner, organizationId, integrations }: Billing, unitCost: number, effectiveFrom: number) {
  const [integrationId = ""] = integrations;
  const body = { integrationId, unitCost, effectiveFrom };
  const made = await owner.mutation(entry, request({ organizationId }, "pricingTiers.create", { body }));
  return identified.parse(JSON.parse(made.body)).id;
}

/** Evenly over the month, each site in its turn. */
async function recordAll({ host, owner, organizationId, integrations }: Billing, sites: number, records: number) {
  const [integrationId = ""] = integrations;
  const stamps = { createdAt: 1, updatedAt: 1 };
  const siteIds = await host.run(async ({ db }) => {
    const made: string[] = [];
    for (let at = 0; at < sites; at++) {
      const site = { organizationId, name: `Site ${at}`, slug: `site-${at}`, status: "active", ...stamps } as const;
      made.push(await db.insert("sites", site));
    }
    return made;
  });
  for (let from = 0; from < records; from += recordsPerBatch) {
    const items = Array.from({ length: Math.min(recordsPerBatch, records - from) }, (_, at) => ({
      integrationId,
      units: 1,
      siteId: siteIds[(from + at) % sites] ?? "",
      recordedAt: startMs + Math.floor(((from + at) / records) * monthMs),
    }));
    await owner.mutation(entry, request({ organizationId }, "usageRecords.recordBatch", { body: { items } }));
  }
}

async function timed<T>(run: () => Promise<T>): Promise<{ readonly value: T; readonly seconds: number }> {
  const startedAtMs = performance.now();
  const value = await run();
  return { value, seconds: (performance.now() - startedAtMs) / 1000 };
}
