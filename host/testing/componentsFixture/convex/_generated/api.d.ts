import type { ApiFromModules, FilterApi, FunctionReference, FunctionType } from "convex/server";
import type { ComponentApi as AggregateApi } from "@convex-dev/aggregate/_generated/component.js";
import type { ComponentApi as MigrationsApi } from "@convex-dev/migrations/_generated/component.js";
import type { ComponentApi as RateLimiterApi } from "@convex-dev/rate-limiter/_generated/component.js";
import type { ComponentApi as LedgerApi } from "../ledger/_generated/component";
import type * as guarantees from "../guarantees";
import type * as http from "../http";
import type * as ledgers from "../ledgers";
import type * as messages from "../messages";
import type * as migrations from "../migrations";
import type * as scores from "../scores";

declare const fullApi: ApiFromModules<{
  guarantees: typeof guarantees;
  http: typeof http;
  ledgers: typeof ledgers;
  messages: typeof messages;
  migrations: typeof migrations;
  scores: typeof scores;
}>;

export declare const api: FilterApi<typeof fullApi, FunctionReference<FunctionType>>;
export declare const internal: FilterApi<typeof fullApi, FunctionReference<FunctionType, "internal">>;
export declare const components: {
  rateLimiter: RateLimiterApi<"rateLimiter">;
  aggregate: AggregateApi<"aggregate">;
  aggregateByPlayer: AggregateApi<"aggregateByPlayer">;
  migrations: MigrationsApi<"migrations">;
  ledger: LedgerApi<"ledger">;
  secondLedger: LedgerApi<"secondLedger">;
};
