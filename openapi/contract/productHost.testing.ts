import { register as registerRateLimiter } from "@convex-dev/rate-limiter/test";
import schema from "../../convex/schema";
import { createTestHost } from "../../host/testHost/createTestHost";

/** The product's functions in this process, with the components that they are deployed with. */
export function createProductHost() {
  const host = createTestHost(schema);
  registerRateLimiter(host);
  return host;
}
