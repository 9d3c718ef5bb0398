import { vi } from "vitest";
import schema from "../schema";
import { createTestHost } from "../../host/testHost/createTestHost";
import { systemWriter } from "../core/records/systemWriter";
import { builtInRoles } from "../core/access/roles";
import { defaultOrganizationSettings } from "../tenancy/tables";
import { enqueueJob } from "./queue";
import { pendingOf } from "./rules";
import type { NewJob } from "./queue";
import type { TenantWriter, UnscopedWriter } from "../core/records/writer";
import type { Doc, Id } from "../_generated/dataModel";
import type { MutationCtx } from "../_generated/server";

export type Host = ReturnType<typeof createTestHost<(typeof schema)["tables"]>>;

const stamps = { createdAt: 1, updatedAt: 1 };

/** A host without anything in it. */
export function emptyHost(transactionLimits = {}): Host {
  return createTestHost({ schema, transactionLimits });
}

/** Adds an organization with an owner. */
export function addOrganization(
  host: Host,
  slug: string,
  changes: Partial<Doc<"organizations">> = {},
): Promise<Id<"organizations">> {
  return host.run(async ({ db }) => {
    const ownerId = await db.insert("users", {
      emailVerified: true,
      name: "Ann",
      email: `ann@${slug}.example`,
      status: "active",
      isPlatformAdmin: false,
      ...stamps,
    });
    const known = await db
      .query("roles")
      .withIndex("by_organizationId_and_deletedAt_and_key", (q) =>
        q.eq("organizationId", undefined).eq("deletedAt", undefined).eq("key", "owner"),
      )
      .first();
    const { name, scope, rank } = builtInRoles.owner;
    const owner = { key: "owner", name, rights: [], scope, rank, isSystem: true, ...stamps };
    const roleId = known?._id ?? (await db.insert("roles", owner));
    const settings = defaultOrganizationSettings;
    const fields = { name: slug, slug, status: "active", ownerId, settings, ...stamps, ...changes } as const;
    const organizationId = await db.insert("organizations", fields);
    const member = { organizationId, userId: ownerId, roleId, roleKey: "owner", status: "active", ...stamps } as const;
    await db.insert("memberships", member);
    return organizationId;
  });
}

/** What a cron or an operation of the organization works with. */
export interface Work {
  readonly db: TenantWriter;
  readonly unscoped: UnscopedWriter;
  readonly scheduler: MutationCtx["scheduler"];
  readonly now: number;
  readonly organization: Doc<"organizations">;
}

/** Works in the organization, in one transaction. */
export function workIn<Result>(
  host: Host,
  organizationId: Id<"organizations">,
  work: (ctx: Work) => Promise<Result>,
): Promise<Result> {
  return host.run(async (ctx) => {
    const now = Date.now();
    const unscoped = systemWriter(ctx, { noun: "scheduledJob", action: "scheduledJob.test", isAudited: false, now });
    const organization = await ctx.db.get("organizations", organizationId);
    if (!organization) throw new Error("The organization is there.");
    return work({ unscoped, now, organization, scheduler: ctx.scheduler, db: unscoped.within(organization) });
  });
}

/** Enqueues a job for workers, as an operation would. */
export function enqueue(host: Host, organizationId: Id<"organizations">, job: Partial<NewJob> = {}) {
  const asked = { organizationId, runner: "worker", action: "x.report", payload: {}, ...job } as const;
  return workIn(host, organizationId, (ctx) => enqueueJob(ctx, asked));
}

/** Adds the row of a built-in job that is due, whether or not this deployment runs its action. */
export function addBuiltIn(
  host: Host,
  organizationId: Id<"organizations">,
  changes: Partial<Doc<"scheduledJobs">> = {},
): Promise<Id<"scheduledJobs">> {
  return host.run(({ db }) =>
    db.insert("scheduledJobs", {
      organizationId,
      runner: "builtin",
      action: "organization.purge",
      payload: {},
      priority: 5,
      ...pendingOf({ runner: "builtin", priority: 5 }, 1),
      attempts: 0,
      attemptsMax: 3,
      ...stamps,
      ...changes,
    }),
  );
}

export function readJob(host: Host, jobId: Id<"scheduledJobs">): Promise<Doc<"scheduledJobs"> | null> {
  return host.run(({ db }) => db.get("scheduledJobs", jobId));
}

/** Runs what is due in the scheduler now, and what that schedules for now, and nothing that is due later. */
export async function runDue(host: Host): Promise<void> {
  for (let round = 0; round < 200; round++) {
    const waiting = await host.run(async ({ db }) =>
      (await db.system.query("_scheduled_functions").take(1000)).some(
        ({ state, scheduledTime }) =>
          state.kind === "inProgress" || (state.kind === "pending" && scheduledTime <= Date.now()),
      ),
    );
    if (!waiting) return;
    vi.advanceTimersByTime(1);
    await host.finishInProgressScheduledFunctions();
  }
  throw new Error("What is scheduled does not come to an end.");
}
