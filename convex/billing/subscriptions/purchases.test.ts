import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dayMs } from "../../core/wire/durations";
import { countingOf, deliveryMs, graceMs, hasAccess, purchaseAfter, viewOf, withPurchase } from "./purchases";
import { stripeChange } from "./stripeChanges";
import { apiVersions, invoiceObject, subscriptionObject } from "./stripeEvents.testing";
import type { Purchase } from "./purchases";
import type { StripeEvent } from "./stripeChanges";
import type { Told } from "./stripeEvents.testing";

const metadata = { organizationId: "org", userId: "user" };
const daySeconds = 86_400;
const monthSeconds = 30 * daySeconds;
type Version = (typeof apiVersions)[number];
type Status = Told["status"];

function snapshot(
  type: string,
  at: number,
  told: Partial<Told> & { status: Status },
  version: Version = apiVersions[1],
) {
  const object = subscriptionObject(version, { periodEnd: 1000 + monthSeconds, metadata, ...told });
  return eventOf(`customer.subscription.${type}`, at, object);
}

function paid(at: number, periodEnd: number, version: Version = apiVersions[1], id = "sub_1"): StripeEvent {
  return eventOf("invoice.paid", at, invoiceObject(version, { id, periodEnd, metadata }));
}

let events = 0;
function eventOf(type: string, at: number, object: object): StripeEvent {
  events++;
  return { eventId: `evt_${events}`, type, occurredAt: at * 1000, object };
}

function after(purchases: readonly Purchase[], event: StripeEvent): Purchase[] {
  const change = stripeChange(event);
  if (!change) return [...purchases];
  const known = purchases.find(({ id }) => id === change.subscriptionId);
  return withPurchase(purchases, purchaseAfter(known, change, "pro"));
}

/** What counts after events as they came. */
function viewAfter(told: readonly StripeEvent[]) {
  const counting = countingOf(told.reduce<Purchase[]>(after, []));
  return counting ? viewOf(counting) : undefined;
}

const opens = (view: ReturnType<typeof viewAfter>, atMs: number) => view !== undefined && hasAccess(view, atMs);

/** A step of a life: how the subscription moves on, and after how many seconds. */
type Step = "pays" | "fails" | "cancels" | "cancels at the end" | "gives up" | "ends";
const steps = fc.array(
  fc.record({
    step: fc.constantFrom<Step>("pays", "fails", "fails", "cancels", "cancels at the end", "gives up", "ends"),
    seconds: fc.constantFrom(0, 1, daySeconds, 5 * daySeconds, monthSeconds),
  }),
  { maxLength: 8 },
);

const shown = new Map([
  ["trialing", "trialing"],
  ["active", "active"],
  ["past_due", "past_due"],
  ["unpaid", "past_due"],
  ["incomplete_expired", "canceled"],
  ["canceled", "canceled"],
]);

/** The true history of a subscription, in order, with the times at which money or a trial or grace opened it. */
function lifeOf(
  start: "incomplete" | "trialing" | "active",
  moves: readonly { step: Step; seconds: number }[],
  version: Version,
) {
  const told: StripeEvent[] = [];
  let [now, periodEnd, status]: [number, number, Status] = [1000, 1000 + monthSeconds, start];
  let isOver = false;
  /** In milliseconds: the latest time at which anything had a right to be open. */
  let rightUntil = 0;
  const tell = (type: string) => {
    told.push(
      snapshot(
        type,
        now,
        { status, periodEnd, ...(start === "trialing" ? { trialEnd: 1000 + monthSeconds } : {}) },
        version,
      ),
    );
    if (status === "active" || status === "trialing") rightUntil = Math.max(rightUntil, periodEnd * 1000 + deliveryMs);
    // Of a run of failures any may be the first that is received.
    if (status === "past_due") rightUntil = Math.max(rightUntil, now * 1000 + graceMs);
  };
  tell("created");
  if (start === "active") told.push(paid(now, periodEnd, version));
  for (const { step, seconds } of moves) {
    if (isOver) break;
    now += seconds;
    if (step === "pays" && status !== "unpaid") {
      // Within one second nothing tells whether the failure or its end came first.
      if (status === "past_due") now += 1;
      if (status === "active") [now, periodEnd] = [Math.max(now, periodEnd), periodEnd + monthSeconds];
      status = "active";
      tell("updated");
      told.push(paid(now, periodEnd, version));
    } else if (step === "fails" && status !== "incomplete" && status !== "unpaid") {
      if (status !== "past_due") now += 1;
      status = "past_due";
      tell("updated");
    } else if (step === "gives up" && status === "past_due") {
      status = "unpaid";
      tell("updated");
    } else if (step === "cancels at the end" && status === "active") {
      tell("updated");
    } else if (step === "cancels" || step === "ends") {
      isOver = true;
      status = status === "incomplete" ? "incomplete_expired" : "canceled";
      tell(status === "canceled" ? "deleted" : "updated");
    }
  }
  return { told, rightUntil };
}

const lives = fc
  .tuple(fc.constantFrom("incomplete", "trialing", "active"), steps, fc.constantFrom(...apiVersions))
  .map(([start, moves, version]) => lifeOf(start, moves, version));

describe("events of one subscription", () => {
  it("come to the same in every order, with losses and replays, and open nothing that was never paid or in grace", () => {
    const scripts = lives.chain(({ told, rightUntil }) =>
      fc.record({
        told: fc.constant(told),
        rightUntil: fc.constant(rightUntil),
        isLost: fc.array(
          fc.integer({ min: 0, max: 4 }).map((chance) => chance === 0),
          {
            minLength: told.length,
            maxLength: told.length,
          },
        ),
        replays: fc.array(fc.nat(Math.max(0, told.length - 1)), { maxLength: 6 }),
        seed: fc.array(fc.nat(), { minLength: told.length + 6, maxLength: told.length + 6 }),
      }),
    );
    fc.assert(
      fc.property(scripts, ({ told, rightUntil, isLost, replays, seed }) => {
        const received = told.filter((_, at) => isLost[at] !== true);
        const repeated = replays.flatMap((at) => received[at] ?? []);
        const came = [...received, ...repeated]
          .map((event, at) => ({ event, place: seed[at] ?? 0 }))
          .sort((one, other) => one.place - other.place)
          .map(({ event }) => event);
        expect(viewAfter(came)).toEqual(viewAfter(received));
        const last = received.findLast(({ type }) => type.startsWith("customer."));
        expect(viewAfter(came)?.status ?? "none").toBe(shown.get(Object(last?.object).status) ?? "none");
        let purchases: Purchase[] = [];
        for (const event of came) {
          purchases = after(purchases, event);
          const counting = countingOf(purchases);
          expect(counting ? (viewOf(counting).accessUntil ?? Infinity) : 0).toBeLessThanOrEqual(rightUntil);
        }
      }),
      { numRuns: 10_000 },
    );
  });
});

describe("what an event means", () => {
  const end = 1000 + monthSeconds;

  it.each(apiVersions)("is read where version %s has it", (version) => {
    const view = viewAfter([snapshot("created", 1000, { status: "active" }, version), paid(1000, end, version)]);
    expect(view).toMatchObject({
      status: "active",
      currentPeriodEnd: end * 1000,
      accessUntil: end * 1000 + deliveryMs,
    });
    const ending = viewAfter([snapshot("updated", 1000, { status: "active", cancelAt: end }, version)]);
    expect(ending?.cancelAtPeriodEnd).toBe(true);
  });

  it("is refused where a version has moved the period's end elsewhere, or has another status", () => {
    const moved = { ...subscriptionObject(apiVersions[0], { status: "active", periodEnd: 0, metadata }) };
    Reflect.deleteProperty(moved, "current_period_end");
    expect(() => stripeChange(eventOf("customer.subscription.updated", 1, moved))).toThrow(/current_period_end/);
    const unknown = { ...moved, status: "hibernating" };
    expect(() => stripeChange(eventOf("customer.subscription.updated", 1, unknown))).toThrow(/hibernating/);
  });

  it("of a first payment that fails is none, whatever invoices say", () => {
    const first = snapshot("created", 1000, { status: "incomplete" });
    const failed = eventOf("invoice.payment_failed", 1001, invoiceObject(apiVersions[1], { periodEnd: end, metadata }));
    expect(stripeChange(failed)).toBeUndefined();
    for (const told of [
      [first, failed],
      [first, paid(1001, end)],
      [paid(1001, end), first],
    ]) {
      expect(viewAfter(told)?.status).toBe("none");
      expect(opens(viewAfter(told), 1_001_000)).toBe(false);
    }
    const expired = snapshot("updated", 90_000, { status: "incomplete_expired" });
    expect(viewAfter([first, expired])).toMatchObject({ status: "canceled", accessUntil: 0 });
  });

  it("of two in one second is ordered by type, then by how far they are", () => {
    const created = snapshot("created", 1000, { status: "incomplete" });
    const updated = snapshot("updated", 1000, { status: "active" });
    const deleted = snapshot("deleted", 1000, { status: "active" });
    expect(viewAfter([updated, created])?.status).toBe("active");
    expect(viewAfter([deleted, updated, created])?.status).toBe("canceled");
  });

  it("gives grace from the first failure told, which later ones do not prolong", () => {
    const [one, two, three] = [0, 3, 6].map((days) =>
      snapshot("updated", end + days * daySeconds, { status: "past_due", periodEnd: end + monthSeconds }),
    );
    const active = snapshot("created", 1000, { status: "active" });
    if (!one || !two || !three) throw new Error("There are three.");
    for (const told of [
      [active, one, two, three],
      [three, active, two, one],
      [three, two, one, active],
    ]) {
      expect(viewAfter(told)).toMatchObject({ pastDueSince: end * 1000, accessUntil: end * 1000 + graceMs });
    }
    const unpaid = snapshot("updated", end + daySeconds * 7, { status: "unpaid" });
    expect(viewAfter([active, one, unpaid])).toMatchObject({ status: "past_due", accessUntil: 0 });
  });

  it("of an end keeps what was paid open, and not the period that was not", () => {
    const active = snapshot("created", 1000, { status: "active" });
    const deleted = snapshot("deleted", 2000, { status: "active" });
    expect(viewAfter([active, paid(1000, end), deleted])?.accessUntil).toBe(end * 1000);
    expect(viewAfter([active, deleted, paid(1000, end)])).toMatchObject({
      status: "canceled",
      accessUntil: end * 1000,
    });
    const renewed = snapshot("updated", end, { status: "active", periodEnd: end + monthSeconds });
    const due = snapshot("updated", end + 3600, { status: "past_due", periodEnd: end + monthSeconds });
    const given = snapshot("deleted", end + 20 * daySeconds, { status: "past_due", periodEnd: end + monthSeconds });
    const view = viewAfter([active, paid(1000, end), renewed, due, given]);
    expect(view?.accessUntil).toBe(end * 1000);
    expect(opens(view, end * 1000 + 20 * dayMs)).toBe(false);
  });

  it("of another subscription ends nothing that is paid, and a newer one that is paid counts", () => {
    const active = snapshot("created", 1000, { status: "active" });
    const [second, secondEnds, secondPaid] = [
      snapshot("created", 2000, { id: "sub_2", created: 2000, status: "incomplete" }),
      snapshot("deleted", 3000, { id: "sub_2", created: 2000, status: "incomplete" }),
      snapshot("updated", 2001, { id: "sub_2", created: 2000, status: "active" }),
    ];
    expect(viewAfter([active, second, secondEnds])).toMatchObject({ status: "active", stripeSubscriptionId: "sub_1" });
    expect(viewAfter([secondPaid, active])).toMatchObject({ status: "active", stripeSubscriptionId: "sub_2" });
    const firstEnds = snapshot("deleted", 4000, { status: "active" });
    expect(viewAfter([firstEnds, active, secondPaid])).toMatchObject({
      status: "active",
      stripeSubscriptionId: "sub_2",
    });
  });
});
