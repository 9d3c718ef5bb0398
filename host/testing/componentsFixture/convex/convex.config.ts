import { defineApp } from "convex/server";
import { v } from "convex/values";
import aggregate from "@convex-dev/aggregate/convex.config.js";
import migrations from "@convex-dev/migrations/convex.config.js";
import rateLimiter from "@convex-dev/rate-limiter/convex.config.js";
import ledger from "./ledger/convex.config.js";

const app = defineApp({ env: { LEDGER_CURRENCY: v.optional(v.string()) } });
app.use(rateLimiter);
app.use(aggregate);
app.use(aggregate, { name: "aggregateByPlayer" });
app.use(migrations);
app.use(ledger, { httpPrefix: "/ledger/", env: { CURRENCY: app.env.LEDGER_CURRENCY, ROUNDING: "cents" } });
app.use(ledger, { name: "secondLedger", env: { ROUNDING: "none" } });

export default app;
