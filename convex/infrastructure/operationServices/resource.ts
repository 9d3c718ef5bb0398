import { described, integer } from "../../core/schema/fields";
import { shownKeyVersion } from "../../core/wire/encryption";
import { definedOf, withPublicId } from "../../core/records/documents";
import { resource } from "../../core/resources/resource";
import { operationPermissionFields, operationServiceFields } from "../tables";
import { scheduledJobFields } from "../../jobs/tables";
import { endService } from "./ending";
import type { Assignment } from "../../core/records/assignedRows";

/** Operation services are assigned by grants to teams. */
const grantedServices: readonly Assignment[] = [
  {
    to: "teams",
    field: "_id",
    through: { table: "operationPermissions", holder: "teamId", granted: "serviceId" },
  },
];

/** Operation services as every module of the domain writes them. */
export const operationServices = resource({
  name: "infrastructure/operationServices",
  table: "operationServices",
  path: "/operation-services",
  fields: {
    ...operationServiceFields,
    // Told by the configuration itself, which is encrypted anew by itself.
    keyVersion: described(
      integer(1, 255),
      "The version of the deployment's key that its configuration is encrypted with; absent while it has none.",
      1,
    ).optional(),
  },
  permissions: "operation",
  assigned: grantedServices,
  immutable: ["type"],
  serverOwned: ["encryptedConfig", "keyVersion", "configHint", "status", "lastRunAt", "lastRunError"],
  list: { filters: ["type", "name"], sorts: ["name"] },
  problems: {
    create: ["name_taken", "config_invalid"],
    update: ["name_taken"],
    restore: ["name_taken"],
  },
  show: (_showing, row) => ({
    ...withPublicId(row),
    ...definedOf({ keyVersion: shownKeyVersion(row.encryptedConfig) }),
  }),
  hooks: {
    beforeDelete: async (ctx, row) => {
      await endService(ctx, row);
      return { encryptedConfig: undefined };
    },
  },
});

/** Grants of operation services, as answers show them. */
export const operationPermissions = resource({
  name: "infrastructure/operationPermissions",
  table: "operationPermissions",
  path: "/operation-services/{operationServiceId}/permissions",
  idParameter: "permissionId",
  permissions: "operation",
  fields: operationPermissionFields,
  serverOwned: ["serviceId"],
  list: { filters: ["serviceId"] },
});

/** The jobs of one service, the one that was asked for last first. */
export const operationRuns = resource({
  name: "infrastructure/operationRuns",
  table: "scheduledJobs",
  path: "/operation-services/{operationServiceId}/runs",
  idParameter: "jobId",
  permissions: "operation",
  fields: scheduledJobFields,
  list: { filters: ["operationServiceId"] },
});
