import type { Deployment } from "../deployment";
import type { DeploymentOptions } from "./deploymentOptions";
import { LocalDeployment } from "./localDeployment";

export type { DeploymentOptions, LogEntry } from "./deploymentOptions";

/** A deployment whose code can be loaded again while it serves. */
export type ReloadableDeployment = Deployment & { reload(): Promise<void> };

/**
 * Opens a Convex deployment: takes the store's exclusive lock, bundles and loads the functions, validates existing
 * documents against the schema, backfills new indexes, and starts the scheduler.
 *
 * @throws {StoreError} when the file is in use, damaged, newer or not writable
 * @throws {BundleError} when the functions do not build or load, or existing documents do not match the schema
 */
export async function openDeployment(options: DeploymentOptions): Promise<ReloadableDeployment> {
  return await LocalDeployment.open(options);
}
