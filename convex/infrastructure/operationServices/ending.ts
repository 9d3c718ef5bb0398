import type { TenantMutationContext } from "../../core/operations/declaration";
import type { Doc } from "../../_generated/dataModel";

/** Teams that a service is granted to: its deletion ends all grants in its transaction. */
export const maximumGrants = 500;
/** Jobs that it ends; one that is left finds its service gone. */
const jobsAtOnce = 500;

/** Ends what belongs to a service that goes into the trash: whom it is granted to, and the runs that wait. One that runs goes on to its end. */
export async function endService({ db }: TenantMutationContext, { _id }: Doc<"operationServices">): Promise<void> {
  const grants = db.index("operationPermissions", "by_organizationId_and_serviceId_and_teamId", (q) =>
    q.eq("serviceId", _id),
  );
  for (const grant of await grants.take(maximumGrants)) await db.purge("operationPermissions", grant);
  for (const status of ["pending", "failed"] as const) {
    const waiting = db.index("scheduledJobs", "by_organizationId_and_operationServiceId_and_status", (q) =>
      q.eq("operationServiceId", _id).eq("status", status),
    );
    for (const job of await waiting.take(jobsAtOnce))
      if (job.status === "pending" || job.willRetry) await db.purge("scheduledJobs", job);
  }
}
