import * as z from "zod";
import { afterEach, describe, expect, it, vi } from "vitest";
import { daysAfter } from "../../convex/billing/calendar";
import { api } from "../../convex/_generated/api";
import { acts, newBilling, newIntegrations } from "./billingHost.testing";
import { firstMomentOf } from "./billingModel.testing";
import { createProductHost } from "./productHost.testing";

// The rules of bills one by one, with the figures that they come to.

afterEach(() => {
  vi.useRealTimers();
});

const day = 86_400_000;
const january = { from: Date.UTC(2026, 0, 1), to: Date.UTC(2026, 1, 1) };
const year = { effectiveFrom: Date.UTC(2026, 0, 1), effectiveTo: Date.UTC(2027, 0, 1) };

const billAnswer = z.object({
  id: z.string(),
  number: z.string().optional(),
  status: z.string(),
  periodStart: z.number(),
  periodEnd: z.number(),
  subtotal: z.number(),
  adjustmentsTotal: z.number(),
  total: z.number(),
  unpricedRecords: z.number(),
  usageRecordCount: z.number(),
  lineItems: z
    .array(
      z.object({
        id: z.string(),
        description: z.string(),
        units: z.number(),
        unitCost: z.number(),
        total: z.number(),
        usage: z.object({ startDate: z.string().optional(), endDate: z.string().optional() }).optional(),
      }),
    )
    .optional(),
});
const identified = z.object({ id: z.string() });
const idOf = (value: unknown) => identified.parse(value).id;
const code = (expected: string) => ({ data: { code: expected } });

/** Somebody with one price and the moves of an owner. */
async function priced(values: { unitCost?: number } & Record<string, unknown> = {}, settings = {}) {
  const host = createProductHost();
  const own = await newBilling(host, await newIntegrations(host), settings);
  const act = acts(own);
  const tierId = idOf(await act.price({ unitCost: 100, effectiveFrom: Date.UTC(2020, 0, 1), ...values }));
  const read = async (billId: string) => billAnswer.parse(await act.read(billId));
  const bill = async (from: string, to: string) => read(idOf(await act.bill(from, to)));
  const finalized = async (from: string, to: string) => {
    const billId = idOf(await act.bill(from, to));
    await act.finalize(billId);
    return read(billId);
  };
  return { ...own, act, tierId, read, bill, finalized };
}

describe("usage", () => {
  it("is counted once under one reference, however often it is sent, and never with other content", async () => {
    const { act, bill } = await priced();
    const batch = Array.from({ length: 50 }, (_, at) => ({
      units: at,
      recordedAt: january.from + at * 1000,
      externalRef: `r${at}`,
    }));
    const outcomes = async () =>
      z
        .object({ data: z.array(z.object({ outcome: z.string() })) })
        .parse(await act.useAll(batch))
        .data.map(({ outcome }) => outcome);
    expect(new Set(await outcomes())).toEqual(new Set(["created"]));
    expect(new Set(await outcomes())).toEqual(new Set(["existing"]));
    const { id, subtotal } = await bill("2026-01-01", "2026-02-01");
    await act.finalize(id);
    expect(new Set(await outcomes())).toEqual(new Set(["existing"]));
    expect(subtotal).toBe(122_500);
    expect(await bill("2026-02-01", "2026-03-01")).toMatchObject({ subtotal: 0, usageRecordCount: 0 });
    await expect(act.use({ units: 1, recordedAt: january.from, externalRef: "r0" })).rejects.toMatchObject(
      code("usage_conflict"),
    );
    await expect(act.use({ units: 0, recordedAt: january.from + 1, externalRef: "r0" })).rejects.toMatchObject(
      code("usage_conflict"),
    );
    // A caller that names no time means the same usage.
    expect(await act.use({ units: 0, externalRef: "r0" })).toMatchObject({ recordedAt: january.from });
  });

  it("is recorded item by item: what is refused keeps nothing else from being recorded", async () => {
    const { act, host, sites, bill } = await priced();
    await act.use({ units: 7, recordedAt: january.from, externalRef: "known" });
    const [siteId = "", gone] = sites;
    if (gone) await host.run(({ db }) => db.patch("sites", gone, { deletedAt: 1 }));
    const answer = await act.useAll([
      { units: 1, recordedAt: january.from },
      { units: 8, recordedAt: january.from, externalRef: "known" },
      { units: 1, recordedAt: Date.now() + day },
      { units: 2, recordedAt: january.from, siteId: gone },
      { units: 3, recordedAt: january.from, siteId },
    ]);
    const codes = z
      .object({ data: z.array(z.object({ outcome: z.string(), problem: z.object({ code: z.string() }).optional() })) })
      .parse(answer)
      .data.map(({ outcome, problem }) => problem?.code ?? outcome);
    expect(codes).toEqual(["created", "usage_conflict", "validation_failed", "cross_tenant_reference", "created"]);
    expect(await bill("2026-01-01", "2026-02-01")).toMatchObject({ subtotal: 1100, usageRecordCount: 3 });
  });

  it.each([
    ["negative", -1],
    ["huge", 1_000_000_001],
    ["of seven decimals", 0.0000001],
    ["no number", Number.NaN],
  ])("is refused where its units are %s", async (_, units) => {
    const { act } = await priced();
    await expect(act.use({ units })).rejects.toThrow(/./);
  });

  it("counts in the first open period where its own is billed already, at the price of when it was used", async () => {
    const { act, bill, finalized, integrations } = await priced({ effectiveUntil: Date.UTC(2026, 1, 1) });
    const [integrationId] = integrations;
    await act.price({ integrationId, unitCost: 200, effectiveFrom: Date.UTC(2026, 1, 1) });
    await act.use({ units: 10, recordedAt: january.from });
    expect(await finalized("2026-01-01", "2026-02-01")).toMatchObject({ subtotal: 1000 });
    expect(await finalized("2026-02-01", "2026-03-01")).toMatchObject({ subtotal: 0 });
    const late = await act.use({ units: 5, recordedAt: january.from + day });
    expect(late).toMatchObject({ recordedAt: january.from + day, billedAt: Date.UTC(2026, 2, 1) });
    await act.use({ units: 1, recordedAt: Date.UTC(2026, 2, 5) });
    expect(await bill("2026-03-01", "2026-04-01")).toMatchObject({ subtotal: 700, usageRecordCount: 2 });
  });

  it("that came while a bill was finalized is in that bill or the next, and what was finalized stays", async () => {
    const { act, finalized, read, bill } = await priced();
    await act.use({ units: 1, recordedAt: january.from });
    const billId = idOf(await act.bill("2026-01-01", "2026-02-01"));
    const arriving = Array.from({ length: 40 }, (_, at) =>
      act.use({ units: 1, recordedAt: january.from + (at * day) / 2 }),
    );
    const [first, ...rest] = arriving;
    await first;
    await act.finalize(billId);
    const then = await read(billId);
    await Promise.all(rest);
    await act.use({ units: 5, recordedAt: january.from });
    expect(await read(billId)).toEqual(then);
    const next = await bill("2026-02-01", "2026-03-01");
    expect(then.usageRecordCount + next.usageRecordCount).toBe(42);
    expect(then.subtotal + next.subtotal).toBe(4600);
    expect(await finalized("2026-03-01", "2026-04-01")).toMatchObject({ subtotal: 0 });
  });

  it("comes as late as it may, a batch at a time, whatever many bills have closed its time", async () => {
    const { act, finalized } = await priced();
    for (let days = 0; days < 25; days++)
      await finalized(daysAfter("2026-01-01", days), daysAfter("2026-01-01", days + 1));
    const late = Array.from({ length: 100 }, (_, at) => ({
      units: 1,
      recordedAt: january.from + (at % 20) * day + at,
    }));
    const answer = await act.useAll([...late.slice(50), ...late.slice(0, 50)]);
    const recorded = z.object({ data: z.array(z.object({ record: z.object({ billedAt: z.number() }) })) });
    const times = recorded.parse(answer).data.map(({ record }) => record.billedAt);
    expect(new Set(times)).toEqual(new Set([january.from + 25 * day]));
  });

  it("is deleted and recorded anew until it is billed", async () => {
    const { act, bill } = await priced({ aggregation: "max" });
    const wrong = idOf(await act.use({ units: 900, recordedAt: january.from + day, externalRef: "meter" }));
    await act.use({ units: 4, recordedAt: january.from });
    await act.unuse(wrong);
    const right = idOf(await act.use({ units: 9, recordedAt: january.from + day, externalRef: "meter" }));
    const { id, subtotal } = await bill("2026-01-01", "2026-02-01");
    expect(subtotal).toBe(900);
    await act.finalize(id);
    await expect(act.unuse(right)).rejects.toMatchObject(code("period_finalized"));
    await act.cancel(id);
    await act.unuse(right);
    expect(await bill("2026-01-01", "2026-02-01")).toMatchObject({ subtotal: 400 });
  });
});

describe("the units of a period", () => {
  it.each([
    ["sum", 4200],
    ["max", 3000],
    ["last", 2300],
  ])("are by %s, of each site and data source, and those added: %s", async (aggregation, subtotal) => {
    const { act, sites, dataSources, bill } = await priced({ aggregation });
    const [north, south] = sites;
    const [dataSourceId] = dataSources;
    const at = (days: number, units: number, place: object) =>
      act.use({ units, recordedAt: january.from + days * day, ...place });
    // Recorded in another order than used.
    await at(20, 3, { siteId: north });
    await at(1, 10, { siteId: north });
    await at(9, 5, { siteId: north });
    await at(3, 2, { siteId: south });
    await at(8, 3, { siteId: south });
    await at(7, 0, { siteId: south });
    await at(4, 2, { siteId: south, dataSourceId });
    await at(30, 2, { siteId: south, dataSourceId });
    await at(6, 0, {});
    await at(7, 15, {});
    expect(await bill("2026-01-01", "2026-02-01")).toMatchObject({ subtotal });
  });

  it("are never billed for twice the seats where their price changes within it", async () => {
    const change = Date.UTC(2026, 0, 16, 13, 47);
    const { act, bill, integrations } = await priced({ aggregation: "max", effectiveUntil: change });
    const [integrationId] = integrations;
    await act.price({ integrationId, unitCost: 300, aggregation: "max", effectiveFrom: change });
    for (let at = 0; at < 31; at++) await act.use({ units: 10, recordedAt: january.from + at * day + day / 2 });
    // Of equal counts the latest decides: ten seats at the new price.
    expect(await bill("2026-01-01", "2026-02-01")).toMatchObject({
      subtotal: 3000,
      lineItems: [{ units: 10, unitCost: 300 }],
    });
  });

  it("are those of one site also where that is gone since and their price changes within a day", async () => {
    const change = Date.UTC(2026, 0, 16, 13, 47);
    const { act, bill, sites, host } = await priced({ aggregation: "max", effectiveUntil: change });
    await act.price({ unitCost: 300, aggregation: "max", effectiveFrom: change });
    const [siteId] = sites;
    for (const at of [january.from, change - 1]) await act.use({ units: 10, recordedAt: at, siteId });
    // What the deletion of a site for good leaves of its usage.
    await host.run(async ({ db }) => {
      for (const { _id } of await db.query("usageRecords").take(10)) await db.patch(_id, { siteId: undefined });
    });
    expect(await bill("2026-01-01", "2026-02-01")).toMatchObject({ subtotal: 1000 });
  });

  it("have the price of their moment where it changes within a day", async () => {
    const change = Date.UTC(2026, 0, 16, 13, 47);
    const { act, bill, integrations } = await priced({ effectiveUntil: change });
    const [integrationId] = integrations;
    await act.price({ integrationId, unitCost: 1, effectiveFrom: change });
    for (const beside of [-day, -1, 0, 1, day]) await act.use({ units: 1, recordedAt: change + beside });
    expect(await bill("2026-01-01", "2026-02-01")).toMatchObject({ subtotal: 203 });
  });

  it("stand in lines of the days on which their price holds, in the organization's time zone", async () => {
    // In Zurich both are past midnight of the next day; the first change is at midnight itself.
    const [first, second] = [Date.UTC(2026, 0, 9, 23), Date.UTC(2026, 0, 19, 23, 30)];
    const { act, bill } = await priced({ effectiveUntil: first }, { timezone: "Europe/Zurich" });
    await act.price({ unitCost: 10, effectiveFrom: first, effectiveUntil: second });
    await act.price({ unitCost: 1, effectiveFrom: second });
    for (const at of [first - 1, first, second - 1, second]) await act.use({ units: 1, recordedAt: at });
    const { subtotal, lineItems = [] } = await bill("2026-01-01", "2026-02-01");
    expect(subtotal).toBe(121);
    expect(lineItems.map(({ total, description, usage }) => [total, description, usage])).toEqual([
      [100, "default, 2026-01-01 to 2026-01-09", { startDate: "2026-01-01", endDate: "2026-01-10" }],
      [20, "default, 2026-01-10 to 2026-01-20", { startDate: "2026-01-10", endDate: "2026-01-21" }],
      [1, "default, 2026-01-20 to 2026-01-31", { startDate: "2026-01-20", endDate: "2026-02-01" }],
    ]);
  });

  it("that came too late, at a price that had ended by then, stand in a line without days", async () => {
    const { act, bill, finalized } = await priced({ effectiveUntil: january.to });
    await act.price({ unitCost: 7, effectiveFrom: january.to });
    await finalized("2026-01-01", "2026-02-01");
    await act.use({ units: 1, recordedAt: january.from });
    await act.use({ units: 1, recordedAt: january.to });
    const { lineItems = [] } = await bill("2026-02-01", "2026-03-01");
    expect(lineItems.map(({ total, description, usage }) => [total, description, usage])).toEqual([
      [100, "default, at a price of another time than the bill's", {}],
      [7, "default, 2026-02-01 to 2026-02-28", { startDate: "2026-02-01", endDate: "2026-03-01" }],
    ]);
  });
});

describe("a period", () => {
  it.each(["Europe/Zurich", "America/New_York", "Asia/Kathmandu", "Pacific/Apia"])(
    "of a day, a month and a year come to the same sums in %s",
    async (timezone) => {
      const { act, bill } = await priced({}, { timezone });
      const dates = Array.from({ length: 13 }, (_, at) =>
        at < 12 ? `2025-${String(at + 1).padStart(2, "0")}-01` : "2026-01-01",
      );
      for (const date of dates)
        for (const beside of [-1, 0, 12_345_678])
          await act.use({ units: 1, recordedAt: firstMomentOf(date, timezone) + beside });
      let months = 0;
      const made: string[] = [];
      for (let at = 0; at < 12; at++) {
        const { id, subtotal } = await bill(dates[at] ?? "", dates[at + 1] ?? "");
        months += subtotal;
        made.push(id);
      }
      for (const id of made) await act.removeDraft(id);
      const whole = await bill("2025-01-01", "2026-01-01");
      expect([months, whole.subtotal]).toEqual([36 * 100, 36 * 100]);
    },
  );

  it("that overlaps another bill's is refused until that is cancelled", async () => {
    const { act } = await priced();
    const billId = idOf(await act.bill("2026-01-01", "2026-02-01"));
    for (const [from, to] of [
      ["2026-01-01", "2026-02-01"],
      ["2025-12-01", "2026-01-02"],
      ["2026-01-31", "2026-03-01"],
      ["2026-01-10", "2026-01-11"],
      ["2025-06-01", "2026-06-01"],
    ] as const)
      await expect(act.bill(from, to)).rejects.toMatchObject(code("period_overlap"));
    await act.bill("2026-02-01", "2026-03-01");
    await act.bill("2025-12-01", "2026-01-01");
    await act.cancel(billId);
    expect(await act.bill("2026-01-01", "2026-02-01")).toMatchObject({ status: "draft" });
  });

  it.each([
    ["empty", "2026-01-01", "2026-01-01"],
    ["turned round", "2026-02-01", "2026-01-01"],
    ["longer than a year", "2024-01-01", "2025-02-01"],
    ["of no days", "2026-02-29", "2026-03-01"],
  ])("that is %s is refused", async (_, from, to) => {
    const { act } = await priced();
    await expect(act.bill(from, to)).rejects.toMatchObject(code("validation_failed"));
  });

  it("that has not begun is refused, and one that is not over is not finalized", async () => {
    const { act } = await priced();
    const today = new Date().toISOString().slice(0, 10);
    await expect(act.bill(daysAfter(today, 1), daysAfter(today, 2))).rejects.toMatchObject(code("validation_failed"));
    const billId = idOf(await act.bill(today, daysAfter(today, 1)));
    await expect(act.finalize(billId)).rejects.toMatchObject(code("period_not_over"));
  });

  it.each([
    ["Europe/Zurich", "America/New_York"],
    ["America/New_York", "Europe/Zurich"],
  ])("meets its neighbours where the organization moves from %s to %s", async (from, to) => {
    const { act, host, organizationId, finalized, bill } = await priced({}, { timezone: from });
    const end = firstMomentOf("2026-02-01", from);
    const [earlier, later] = [
      Math.min(end, firstMomentOf("2026-02-01", to)),
      Math.max(end, firstMomentOf("2026-02-01", to)),
    ];
    const moments = [earlier - 1, earlier, earlier + 1000, later - 1, later, later + 1000];
    for (const recordedAt of moments) await act.use({ units: 1, recordedAt });
    const before = await finalized("2026-01-01", "2026-02-01");
    await host.run(async ({ db }) => {
      const organization = await db.get("organizations", organizationId);
      if (organization)
        await db.patch("organizations", organizationId, { settings: { ...organization.settings, timezone: to } });
    });
    for (const recordedAt of moments) await act.use({ units: 1, recordedAt });
    const after = await bill("2026-02-01", "2026-03-01");
    expect(after.periodStart).toBe(before.periodEnd);
    expect(before.usageRecordCount + after.usageRecordCount).toBe(12);
  });
});

describe("a bill", () => {
  it("gets its number when it is finalized, without a gap whatever was deleted", async () => {
    const { act, read } = await priced();
    const numbers: (string | undefined)[] = [];
    for (let month = 1; month <= 9; month++) {
      const billId = idOf(await act.bill(`2026-0${month}-01`, `2026-${String(month + 1).padStart(2, "0")}-01`));
      if (month % 3 === 0) {
        await act.removeDraft(billId);
        continue;
      }
      expect((await read(billId)).number).toBeUndefined();
      await act.finalize(billId);
      if (month === 4) await act.cancel(billId);
      numbers.push((await read(billId)).number);
    }
    const filedIn = new Date().getUTCFullYear();
    expect(numbers).toEqual([1, 2, 3, 4, 5, 6].map((at) => `B-${filedIn}-0000${at}`));
  });

  it("goes from draft to finalized to paid, or is cancelled, and nowhere else", async () => {
    const { act } = await priced();
    const states: Record<string, () => Promise<string>> = {
      draft: async () => idOf(await act.bill("2026-01-01", "2026-01-02")),
      finalized: async () => {
        const billId = idOf(await act.bill("2026-01-02", "2026-01-03"));
        await act.finalize(billId);
        return billId;
      },
      paid: async () => {
        const billId = idOf(await act.bill("2026-01-03", "2026-01-04"));
        await act.finalize(billId);
        await act.pay(billId);
        return billId;
      },
      cancelled: async () => {
        const billId = idOf(await act.bill("2026-01-04", "2026-01-05"));
        await act.cancel(billId);
        return billId;
      },
    };
    const refused = {
      draft: [act.pay],
      finalized: [],
      paid: [act.finalize, act.cancel],
      cancelled: [act.finalize, act.pay],
    };
    for (const [state, moves] of Object.entries(refused)) {
      const billId = (await states[state]?.()) ?? "";
      for (const move of moves) await expect(move(billId)).rejects.toMatchObject(code("invalid_state_transition"));
      expect(await act.read(billId)).toMatchObject({ status: state });
      if (state === "draft") continue;
      for (const change of [act.regenerate, act.removeDraft])
        await expect(change(billId)).rejects.toMatchObject(code("bill_not_draft"));
    }
  });

  it("tells its owner, here and by e-mail, when it is finalized", async () => {
    const { act, host, organizationId, finalized } = await priced();
    await act.use({ units: 12, recordedAt: january.from });
    await host.run(async ({ db }) => {
      const organization = await db.get("organizations", organizationId);
      if (organization) await db.patch("users", organization.ownerId, { email: "ann@acme.example" });
    });
    const { id, number } = await finalized("2026-01-01", "2026-02-01");
    const told = await host.run(async ({ db }) => ({
      notifications: await db.query("notifications").withIndex("by_creation_time").take(10),
      emails: await db.query("emails").withIndex("by_creation_time").take(10),
    }));
    expect(told.notifications).toMatchObject([{ type: "bill_finalized", data: { billId: id, number } }]);
    expect(told.emails).toMatchObject([{ to: "ann@acme.example", templateType: "billFinalized" }]);
    expect(told.emails[0]?.text).toContain(`Bill ${number} for 2026-01-01 to 2026-01-31 comes to USD 12.00.`);
  });

  it("says the same when a move is made again", async () => {
    const { act, finalized } = await priced();
    const { id } = await finalized("2026-01-01", "2026-02-01");
    const then = await act.read(id);
    expect(await act.finalize(id)).toMatchObject({ status: "finalized" });
    expect(await act.read(id)).toEqual(then);
    await act.pay(id, { paidAt: Date.UTC(2026, 2, 1) });
    expect(await act.pay(id)).toMatchObject({ paidAt: Date.UTC(2026, 2, 1) });
  });

  it("is refused where usage has no price, and leaves that out where it is told to", async () => {
    const { act, tierId } = await priced();
    await act.use({ units: 3, recordedAt: january.from, tierName: "unknown" });
    await act.use({ units: 2, recordedAt: january.from });
    await expect(act.bill("2026-01-01", "2026-02-01")).rejects.toMatchObject(code("no_pricing_tier"));
    expect(await act.bill("2026-01-01", "2026-02-01", { skipUnpriced: true })).toMatchObject({
      subtotal: 200,
      unpricedRecords: 1,
      usageRecordCount: 1,
    });
    expect(z.object({ data: z.array(z.unknown()) }).parse(await act.summary("2026-01-01", "2026-02-01")).data).toEqual([
      expect.objectContaining({ pricingTierId: tierId, units: 2, cost: 200 }),
      expect.objectContaining({ tierName: "unknown", units: 3, recordCount: 1 }),
    ]);
  });

  it("holds one currency", async () => {
    const { act } = await priced();
    await act.price({ name: "euro", unitCost: 5, currency: "eur", effectiveFrom: Date.UTC(2020, 0, 1) });
    await act.use({ units: 1, recordedAt: january.from, tierName: "euro" });
    await expect(act.bill("2026-01-01", "2026-02-01")).rejects.toMatchObject(code("currency_mismatch"));
    await act.adjust({ type: "credit", amount: 5, currency: "eur", ...year });
    await expect(act.bill("2026-02-01", "2026-03-01")).rejects.toMatchObject(code("currency_mismatch"));
  });

  it("keeps lines that somebody added, and none of usage can be changed by hand", async () => {
    const { act, owner, organizationId, tierId, read, bill } = await priced();
    await act.use({ units: 1, recordedAt: january.from });
    const { id: billId, lineItems = [] } = await bill("2026-01-01", "2026-02-01");
    const added = idOf(await act.line(billId, tierId, 2.5));
    expect(await read(billId)).toMatchObject({ subtotal: 350, total: 350 });
    const of = { organizationId, billId };
    const { update, delete: remove } = api.billing.billLineItems;
    expect(await owner.mutation(update, { ...of, lineItemId: added, units: 3 })).toMatchObject({ total: 300 });
    const generated = lineItems[0]?.id ?? "";
    await expect(owner.mutation(update, { ...of, lineItemId: generated, units: 3 })).rejects.toMatchObject(
      code("line_from_usage"),
    );
    await expect(owner.mutation(remove, { ...of, lineItemId: generated })).rejects.toMatchObject(
      code("line_from_usage"),
    );
    await act.use({ units: 1, recordedAt: january.from });
    await act.regenerate(billId);
    expect(await read(billId)).toMatchObject({ subtotal: 500 });
    await owner.mutation(remove, { ...of, lineItemId: added });
    expect(await read(billId)).toMatchObject({ subtotal: 200 });
    await act.finalize(billId);
    await expect(act.line(billId, tierId, 1)).rejects.toMatchObject(code("bill_not_draft"));
  });

  it("beyond what numbers hold is refused", async () => {
    const { act } = await priced({ unitCost: 1_000_000_000 });
    await act.use({ units: 1_000_000_000, recordedAt: january.from });
    await expect(act.bill("2026-01-01", "2026-02-01")).rejects.toMatchObject(code("bill_too_large"));
  });
});

describe("a price", () => {
  it("does not overlap another of its tier, and follows it where it is told to", async () => {
    const { act, owner, organizationId, tierId } = await priced({ name: "seat" });
    const at = (effectiveFrom: number, further = {}) =>
      act.price({ name: "seat", unitCost: 1, effectiveFrom, ...further });
    await expect(at(Date.UTC(2026, 0, 1))).rejects.toMatchObject(code("tier_overlap"));
    await expect(at(Date.UTC(2019, 0, 1), { effectiveUntil: Date.UTC(2020, 0, 2) })).rejects.toMatchObject(
      code("tier_overlap"),
    );
    await at(Date.UTC(2019, 0, 1), { effectiveUntil: Date.UTC(2020, 0, 1) });
    await at(Date.UTC(2026, 0, 1), { closePrevious: true });
    const { update } = api.billing.pricingTiers;
    const change = (fields: object) => owner.mutation(update, { organizationId, pricingTierId: tierId, ...fields });
    await expect(change({ effectiveUntil: Date.UTC(2026, 0, 2) })).rejects.toMatchObject(code("tier_overlap"));
    await expect(change({ effectiveUntil: null })).rejects.toMatchObject(code("tier_overlap"));
    expect(await change({ effectiveUntil: Date.UTC(2025, 0, 1) })).toMatchObject({
      effectiveUntil: Date.UTC(2025, 0, 1),
    });
  });

  it("that a bill uses is ended, and neither moved nor deleted", async () => {
    const { act, owner, organizationId, tierId } = await priced();
    await act.use({ units: 1, recordedAt: january.from });
    const billId = idOf(await act.bill("2026-01-01", "2026-02-01"));
    const of = { organizationId, pricingTierId: tierId };
    const { update, delete: remove } = api.billing.pricingTiers;
    await expect(owner.mutation(update, { ...of, effectiveFrom: 1 })).rejects.toMatchObject(code("tier_in_use"));
    await expect(owner.mutation(remove, of)).rejects.toMatchObject(code("tier_in_use"));
    expect(await owner.mutation(update, { ...of, effectiveUntil: Date.UTC(2026, 5, 1) })).toMatchObject({ id: tierId });
    await act.removeDraft(billId);
    expect(await owner.mutation(remove, of)).toBeNull();
    await expect(act.bill("2026-01-01", "2026-02-01")).rejects.toMatchObject(code("no_pricing_tier"));
  });
});

describe("an adjustment", () => {
  const months = ["2026-01-01", "2026-02-01", "2026-03-01", "2026-04-01", "2026-05-01"];
  const totalsOf = async (own: Awaited<ReturnType<typeof priced>>, count: number) => {
    const totals: number[] = [];
    for (let at = 0; at < count; at++) totals.push((await own.finalized(months[at] ?? "", months[at + 1] ?? "")).total);
    return totals;
  };
  const useEachMonth = async ({ act }: Awaited<ReturnType<typeof priced>>, units: readonly number[]) => {
    for (const [at, each] of units.entries()) await act.use({ units: each, recordedAt: Date.UTC(2026, at, 10) });
  };

  it.each([
    ["a credit of 100 on 60 and 60", { type: "credit", amount: 10_000 }, [60, 60, 60], [0, 2000, 6000]],
    [
      "a credit of each period, more than the bills",
      { type: "credit", amount: 5000, recurrence: "eachPeriod" },
      [60, 30, 60],
      [1000, 0, 0],
    ],
    [
      "a discount of a tenth of each period",
      { type: "discount", amountType: "percent", amount: 10, recurrence: "eachPeriod" },
      [60, 30, 10],
      [5400, 2700, 900],
    ],
    [
      "a discount of a tenth, once",
      { type: "discount", amountType: "percent", amount: 10 },
      [60, 30, 10],
      [5400, 3000, 1000],
    ],
    ["a debit, once", { type: "debit", amount: 500 }, [60, 30, 0], [6500, 3000, 0]],
    [
      "a debit of each period",
      { type: "debit", amount: 500, recurrence: "eachPeriod" },
      [60, 30, 0],
      [6500, 3500, 500],
    ],
    [
      "a discount of all, of which nothing is carried over",
      { type: "discount", amountType: "percent", amount: 100 },
      [60, 30, 0],
      [0, 3000, 0],
    ],
  ] as const)("%s", async (_, adjustment, units, totals) => {
    const own = await priced();
    await useEachMonth(own, units);
    await own.act.adjust({ ...adjustment, ...year });
    expect(await totalsOf(own, 3)).toEqual(totals);
  });

  it("carries what is left over beyond its own time", async () => {
    const own = await priced();
    await useEachMonth(own, [1, 1, 5]);
    await own.act.adjust({ type: "credit", amount: 400, effectiveFrom: january.from, effectiveTo: january.from + 1 });
    expect(await totalsOf(own, 3)).toEqual([0, 0, 300]);
  });

  it("is refused where more is left over than numbers hold", async () => {
    const { act, bill } = await priced();
    await act.adjust({ type: "credit", amount: Number.MAX_SAFE_INTEGER, recurrence: "eachPeriod", ...year });
    const first = await bill("2026-01-01", "2026-02-01");
    await act.finalize(first.id);
    const second = await bill("2026-02-01", "2026-03-01");
    await expect(act.finalize(second.id)).rejects.toMatchObject(code("bill_too_large"));
  });

  it("of a percentage counts for the share of the period that it covers", async () => {
    const own = await priced();
    await useEachMonth(own, [310]);
    await own.act.adjust({
      type: "discount",
      amountType: "percent",
      amount: 50,
      effectiveFrom: january.from,
      effectiveTo: january.from + 10 * day,
    });
    expect(await totalsOf(own, 1)).toEqual([26_000]);
  });

  it("of an integration reduces its lines alone", async () => {
    const own = await priced();
    const [, other = ""] = own.integrations;
    await own.act.price({ integrationId: other, unitCost: 10, effectiveFrom: 0 });
    await useEachMonth(own, [10]);
    await own.act.use({ integrationId: other, units: 5, recordedAt: january.from });
    await own.act.adjust({ type: "credit", amount: 80, integrationId: other, ...year });
    expect(await totalsOf(own, 1)).toEqual([1000]);
  });

  it("is given back by a bill that is cancelled, unless later bills live on it", async () => {
    const own = await priced();
    await useEachMonth(own, [1, 1, 1]);
    await own.act.adjust({
      type: "credit",
      amount: 150,
      recurrence: "eachPeriod",
      effectiveFrom: january.from,
      effectiveTo: january.to,
    });
    const first = await own.finalized("2026-01-01", "2026-02-01");
    const second = await own.finalized("2026-02-01", "2026-03-01");
    expect([first.total, second.total]).toEqual([0, 50]);
    await expect(own.act.cancel(first.id)).rejects.toMatchObject(code("credit_in_use"));
    await own.act.cancel(second.id);
    await own.act.cancel(first.id);
    expect([
      (await own.finalized("2026-02-01", "2026-03-01")).total,
      (await own.finalized("2026-01-01", "2026-02-01")).total,
    ]).toEqual([100, 0]);
    expect((await own.finalized("2026-03-01", "2026-04-01")).total).toBe(50);
  });

  it("that a finalized bill has used keeps its amount, and can be ended", async () => {
    const own = await priced();
    const billingAdjustmentId = idOf(await own.act.adjust({ type: "debit", amount: 5, ...year }));
    const { update, delete: remove } = api.billing.billingAdjustments;
    const of = { organizationId: own.organizationId, billingAdjustmentId };
    expect(await own.owner.mutation(update, { ...of, amount: 7 })).toMatchObject({ amount: 7 });
    await own.finalized("2026-01-01", "2026-02-01");
    await expect(own.owner.mutation(update, { ...of, amount: 8 })).rejects.toMatchObject(code("adjustment_in_use"));
    await expect(own.owner.mutation(remove, of)).rejects.toMatchObject(code("adjustment_in_use"));
    expect(await own.owner.mutation(update, { ...of, effectiveTo: january.to })).toMatchObject({
      appliedAmount: 7,
      billCount: 1,
    });
  });

  it.each([
    ["a credit by percent", { type: "credit", amountType: "percent", amount: 10 }],
    ["more than all", { type: "discount", amountType: "percent", amount: 100.1 }],
    ["half a cent", { type: "credit", amount: 0.5 }],
    ["nothing", { type: "credit", amount: 0 }],
    ["no time", { type: "credit", amount: 1, effectiveTo: year.effectiveFrom }],
  ] as const)("of %s is refused", async (_, adjustment) => {
    const { act } = await priced();
    await expect(act.adjust({ ...year, ...adjustment })).rejects.toMatchObject(code("validation_failed"));
  });
});
