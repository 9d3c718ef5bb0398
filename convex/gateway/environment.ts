import type { ActionCtx } from "../_generated/server";

/** What Hono hands to every handler: Convex's context and what the first middleware found. */
export interface GatewayEnvironment {
  Bindings: ActionCtx;
  Variables: { requestId: string; headers: Record<string, string> };
}
