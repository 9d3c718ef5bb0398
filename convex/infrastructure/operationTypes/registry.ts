import { backupS3 } from "./backupS3";
import { networkingCloudflare } from "./networkingCloudflare";
import type { OperationType } from "./operationType";
import type { OperationTypeName } from "../tables";

/** What can be run, by the types of the services that run it. */
export const operationTypesByName: Readonly<Record<OperationTypeName, OperationType>> = {
  backup_s3: backupS3,
  networking_cloudflare: networkingCloudflare,
};
