import { rateLimitNames } from "../../convex/core/wire/rateLimits";
import { limitedOperations } from "./rateLimitNames";

/**
 * Tests and measurements send in seconds what callers send in hours: their deployments raise every limit by its name, and count all the
 * same.
 */
export const raisedLimits: { readonly RATE_LIMITS: string } = {
  RATE_LIMITS: [...rateLimitNames, ...limitedOperations].map((name) => `${name}=1000000`).join(","),
};
