import { anyApi } from "convex/server";
import type { Api } from "./generated/convexFunctions";

/**
 * References to the deployment's functions, typed without its `convex/` folder, for any Convex client.
 *
 * @example
 * import { api } from "@portico/sdk/convex";
 * const schedules = useQuery(api.workspace.schedules.list, { organizationId });
 */
export const api: Api = typedApi();

export type { Api, ConvexFunctions } from "./generated/convexFunctions";

/** `anyApi` makes a reference for any path; that the paths exist is what the generated type states. */
function typedApi(): Api {
  return anyApi as unknown as Api;
}
