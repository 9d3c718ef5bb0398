import type { GatewayEnvironment } from "./app";
import type { Hono } from "hono/tiny";

/** Routes without a domain operation behind them: health now; tokens, keys and documentation beside it. */
export function platformRoutes(app: Hono<GatewayEnvironment>): void {
  app.get("/v1/health", (c) =>
    c.json({ status: "ok", version: "v1", time: Date.now() }, 200, { ...c.get("headers"), "cache-control": "no-store" }),
  );
}
