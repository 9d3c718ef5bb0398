import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import schema from "../schema";
import { internal } from "../_generated/api";
import { createTestHost } from "../../host/testHost/createTestHost";
import { systemWriter } from "../core/records/systemWriter";
import { defaultOrganizationSettings } from "../tenancy/tables";
import type { Doc, Id } from "../_generated/dataModel";

// Nothing runs by itself here: what is scheduled waits for a timer that never fires, and a test runs or loses it.
beforeEach(() => void vi.useFakeTimers({ now: Date.UTC(2026, 0, 15, 9, 30) }));
afterEach(() => void vi.useRealTimers());

const stamps = { createdAt: 1, updatedAt: 1 };

/** A deployment whose scheduler is the test's. */
class Deployment {
  readonly host = createTestHost({ schema });
  #slug = 0;

  async addOrganization(endpoints: number): Promise<Id<"organizations">> {
    const organizationId = await this.host.run(async ({ db }) => {
      const person = { name: "Ann", emailVerified: true, status: "active", isPlatformAdmin: false, ...stamps } as const;
      const ownerId = await db.insert("users", person);
      const named = { name: "Acme", slug: `acme-${++this.#slug}`, status: "active", ownerId, ...stamps } as const;
      return db.insert("organizations", { ...named, settings: defaultOrganizationSettings, hasWebhooks: true });
    });
    for (let made = 0; made < endpoints; made++) await this.addEndpoint(organizationId);
    return organizationId;
  }

  addEndpoint(organizationId: Id<"organizations">): Promise<Id<"webhookEndpoints">> {
    const url = `https://hooks.example.com/${++this.#slug}`;
    const sealedSecret = { ciphertext: new ArrayBuffer(0), bindingId: "" };
    return this.host.run(({ db }) =>
      db.insert("webhookEndpoints", {
        organizationId,
        url,
        sealedSecret,
        eventTypes: ["*"],
        status: "active",
        ...stamps,
      }),
    );
  }

  /** One change of many rows, each of which is an event. */
  async change(organizationId: Id<"organizations">, rows: number): Promise<void> {
    vi.setSystemTime(Date.now() + 1);
    await this.host.run(async (ctx) => {
      const writer = systemWriter(ctx, { noun: "site", action: "site.create", isAudited: false, now: Date.now() });
      const organization = await ctx.db.get("organizations", organizationId);
      if (!organization) throw new Error("The organization is there.");
      for (let made = 0; made < rows; made++) {
        const values = { name: "Depot", slug: `depot-${++this.#slug}`, status: "active" } as const;
        await writer.within(organization).insert("sites", values);
      }
    });
  }

  /** The fan-outs that wait to be run, in the order in which they would be. */
  async waiting() {
    const scheduled = await this.host.run(({ db }) => db.system.query("_scheduled_functions").take(10_000));
    return scheduled.filter(
      ({ name, state }) => name === "platform/webhookFanOut.js:fanOut" && state.kind === "pending",
    );
  }

  /** Runs the earliest of them; false where there is none. */
  async runNext(): Promise<boolean> {
    const [next] = await this.waiting();
    if (!next) return false;
    // It has been run by the time that anybody asks.
    await this.host.run(({ scheduler }) => scheduler.cancel(next._id));
    const { organizationId, isNextBatch }: { organizationId: Id<"organizations">; isNextBatch?: boolean } = Object(
      next.args[0],
    );
    await this.host.mutation(internal.platform.webhookFanOut.fanOut, {
      organizationId,
      ...(isNextBatch === undefined ? {} : { isNextBatch }),
    });
    return true;
  }

  /** What the end of a process takes along, at worst. */
  async loseAll(): Promise<void> {
    const waiting = await this.waiting();
    await this.host.run(async ({ scheduler }) => {
      for (const { _id } of waiting) await scheduler.cancel(_id);
    });
  }

  async sweep(): Promise<void> {
    await this.host.mutation(internal.platform.webhookFanOut.sweep, {});
  }

  async finish(): Promise<void> {
    while (await this.runNext()) continue;
  }

  events(): Promise<Doc<"outboxEvents">[]> {
    return this.host.run(({ db }) => db.query("outboxEvents").take(10_000));
  }

  deliveries(): Promise<Doc<"webhookDeliveries">[]> {
    return this.host.run(({ db }) => db.query("webhookDeliveries").take(10_000));
  }
}

const pairs = (rows: readonly { eventId: string; endpointId: string }[]) =>
  rows.map(({ eventId, endpointId }) => `${eventId} ${endpointId}`).toSorted();

describe("the fan-out", () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant("change" as const), at: fc.nat(1), rows: fc.integer({ min: 1, max: 60 }) }),
    { weight: 3, arbitrary: fc.constant({ kind: "run" as const }) },
    fc.constant({ kind: "lose" as const }),
    fc.constant({ kind: "sweep" as const }),
    fc.constant({ kind: "endpoint" as const, at: 0 }),
  );

  it("gives each endpoint each event once, wherever processes end in between", async () => {
    const scenario = fc.tuple(fc.integer({ min: 1, max: 9 }), fc.array(step, { minLength: 4, maxLength: 14 }));
    await fc.assert(
      fc.asyncProperty(scenario, async ([endpoints, steps]) => {
        const deployment = new Deployment();
        const organizations = [await deployment.addOrganization(endpoints), await deployment.addOrganization(1)];
        for (const each of steps) {
          const organizationId = organizations["at" in each ? each.at : 0] ?? organizations[0];
          if (each.kind === "change" && organizationId) await deployment.change(organizationId, each.rows);
          if (each.kind === "endpoint" && organizationId) await deployment.addEndpoint(organizationId);
          if (each.kind === "run") await deployment.runNext();
          if (each.kind === "lose") await deployment.loseAll();
          if (each.kind === "sweep") await deployment.sweep();
        }
        await deployment.sweep();
        await deployment.finish();
        const events = await deployment.events();
        expect(events.filter(({ status }) => status === "pending")).toEqual([]);
        const wanted = events.flatMap(({ eventId, endpointIds }) =>
          endpointIds.map((endpointId) => ({ eventId, endpointId })),
        );
        expect(pairs(await deployment.deliveries())).toEqual(pairs(wanted));
      }),
      { numRuns: 10 },
    );
  });

  it("gives no second delivery to who has one, even of an event that is pending again", async () => {
    const deployment = new Deployment();
    await deployment.change(await deployment.addOrganization(3), 2);
    await deployment.finish();
    const before = pairs(await deployment.deliveries());
    expect(before).toHaveLength(6);
    await deployment.host.run(async ({ db }) => {
      for (const { _id } of await db.query("outboxEvents").take(10))
        await db.patch("outboxEvents", _id, { status: "pending" });
      const [lost] = await db.query("webhookDeliveries").take(1);
      if (lost) await db.delete("webhookDeliveries", lost._id);
    });
    await deployment.sweep();
    await deployment.finish();
    expect(pairs(await deployment.deliveries())).toEqual(before);
  });

  it("gives none to endpoints that came later, and none to those that were deleted or disabled by then", async () => {
    const deployment = new Deployment();
    const organizationId = await deployment.addOrganization(0);
    const [stays, goes, rests] = [
      await deployment.addEndpoint(organizationId),
      await deployment.addEndpoint(organizationId),
      await deployment.addEndpoint(organizationId),
    ];
    await deployment.change(organizationId, 1);
    const comes = await deployment.addEndpoint(organizationId);
    await deployment.host.run(async ({ db }) => {
      await db.delete("webhookEndpoints", goes);
      await db.patch("webhookEndpoints", rests, { status: "disabled" });
    });
    await deployment.finish();
    expect((await deployment.deliveries()).map(({ endpointId }) => endpointId)).toEqual([stays]);
    await deployment.change(organizationId, 1);
    await deployment.finish();
    expect((await deployment.deliveries()).map(({ endpointId }) => endpointId)).toEqual([stays, stays, comes]);
  });

  it("forgets an event that nobody is told of any more", async () => {
    const deployment = new Deployment();
    const organizationId = await deployment.addOrganization(0);
    const endpointId = await deployment.addEndpoint(organizationId);
    await deployment.change(organizationId, 1);
    await deployment.host.run(({ db }) => db.delete("webhookEndpoints", endpointId));
    await deployment.finish();
    expect(await deployment.events()).toEqual([]);
  });

  it("keeps deliveries in the order of their events, due since those happened and kept as long", async () => {
    const deployment = new Deployment();
    const organizationId = await deployment.addOrganization(1);
    for (let changed = 0; changed < 3; changed++) await deployment.change(organizationId, 1);
    await deployment.loseAll();
    vi.setSystemTime(Date.now() + 30_000);
    await deployment.sweep();
    await deployment.finish();
    const events = await deployment.events();
    expect(await deployment.deliveries()).toEqual(
      events.map(({ _id, eventId, createdAt, expiresAt }) =>
        expect.objectContaining({
          outboxEventId: _id,
          eventId,
          createdAt,
          expiresAt,
          nextRetryAt: createdAt,
          attempts: 0,
        }),
      ),
    );
  });

  it("of one organization with thousands of events does not keep another waiting", async () => {
    const deployment = new Deployment();
    const [many, one] = [await deployment.addOrganization(4), await deployment.addOrganization(1)];
    for (let changed = 0; changed < 20; changed++) await deployment.change(many, 60);
    await deployment.runNext();
    await deployment.change(one, 1);
    const told = async () =>
      (await deployment.deliveries()).filter(({ organizationId }) => organizationId === one).length;
    while ((await told()) === 0) expect(await deployment.runNext()).toBe(true);
    // A batch before it was there, and one that was waiting by then: the wake-ups of the nineteen other changes did nothing.
    const events = await deployment.events();
    expect(events.filter(({ status }) => status === "fannedOut").length).toBeLessThanOrEqual(101);
    expect(events).toHaveLength(1201);
  });
});
