import { resource } from "../../core/resources/resource";
import { scheduledJobFields } from "../tables";

/** Jobs as clients know them. */
export const scheduledJobs = resource({
  name: "jobs/scheduledJobs",
  table: "scheduledJobs",
  path: "/scheduled-jobs",
  fields: scheduledJobFields,
  idParameter: "jobId",
  permissions: "job",
  list: {
    filters: ["status", "integrationId", "dataSourceId", "action", "willRetry"],
    ranges: { scheduledAt: ["scheduledFrom", "scheduledTo"] },
    sorts: ["scheduledAt"],
    access: "permission",
  },
});
