import { register as registerRateLimiter } from "@convex-dev/rate-limiter/test";
import schema from "../../convex/schema";
import { createTestHost } from "../../host/testHost/createTestHost";
import { projectModules } from "../../host/testHost/projectModules";
import type { ModuleGlob } from "../../host/testHost/moduleGlob";

/** The product's functions in this process, with the components that they are deployed with; `modules` take the place of theirs. */
export function createProductHost(modules: ModuleGlob = {}) {
  const host = createTestHost({ schema, modules: { ...projectModules(), ...modules } });
  registerRateLimiter(host);
  return host;
}
