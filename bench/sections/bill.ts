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

/** What is billed: by how many sites, at one price or two, and of which days. */
const cases = [
  { name: "one site, a month", sites: 1, changes: false, endDate: "2026-02-01" },
  { name: "500 sites, a month", sites: 500, changes: false, endDate: "2026-02-01" },
  { name: "500 sites, half a month", sites: 500, changes: false, endDate: "2026-01-16" },
  { name: "500 sites, a price changes in an afternoon", sites: 500, changes: true, endDate: "2026-02-01" },
] as const;
type Case = (typeof cases)[number];

const billAnswer = z.object({ id: z.string(), usageRecordCount: z.number(), total: z.number() });

/** Records a month of usage and bills it: what the drafts and the finalized bill take of Convex's limits, and how long. */
export async function billSection(options: Options): Promise<Section> {
  const rows: Row[] = [];
  for (const each of cases)
    rows.push(await inScratchDirectory((directory) => rowOf(each, path.join(directory, "test.sqlite"), options.rows)));
  return {
    title: `A bill of ${options.rows} usage records`,
    rows,
    notes: [
      "In one process without HTTP, on a file. A bill is generated in one transaction and finalized in another; read and written are those of the finalization, which computes it again. Convex lets a transaction read 32,000 documents in 4,096 queries.",
    ],
  };
}

async function rowOf({ name, sites, changes, endDate }: Case, file: string, records: number): Promise<Row> {
  const host = createTestHost({ schema, file });
  try {
    const billing = await newBilling(host, await newIntegrations(host));
    const { owner, organizationId } = billing;
    await price(billing, 250, 0, changes ? changeMs : undefined);
    if (changes) await price(billing, 300, changeMs);
    const recording = await timed(() => withProgress(`${name}: recording`, () => recordAll(billing, sites, records)));
    const of = { organizationId };
    const period = { startDate: "2026-01-01", endDate };
    const generating = await timed(() => owner.mutation(entry, request(of, "bills.generate", { body: period })));
    const { id: billId } = billAnswer.parse(JSON.parse(generating.value.body));
    const finalizing = await timed(() =>
      owner.run(async (ctx) => {
        const { body } = await ctx.runMutation(entry, request(of, "bills.finalize", { params: { billId } }));
        return JSON.stringify({ bill: JSON.parse(body), metrics: await ctx.meta.getTransactionMetrics() });
      }),
    );
    const { bill, metrics } = answered.parse(JSON.parse(finalizing.value));
    return {
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
    };
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

async function price({ owner, organizationId, integrations }: Billing, unitCost: number, from: number, until?: number) {
  const [integrationId = ""] = integrations;
  const times = { effectiveFrom: from, ...(until === undefined ? {} : { effectiveUntil: until }) };
  const body = { integrationId, unitCost, ...times };
  await owner.mutation(entry, request({ organizationId }, "pricingTiers.create", { body }));
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
