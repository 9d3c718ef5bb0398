import type { Deprecation } from "../core/wire/deprecation";

/** A REST route as the generated table holds it. */
export interface Route {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Hono pattern, `/v1/schedules/:scheduleId`. */
  readonly path: string;
  readonly domain: string;
  readonly kind: "query" | "mutation" | "action";
  /** `<resource>.<verb>` inside the domain. */
  readonly operation: string;
  readonly deprecated?: Pick<Deprecation, "since" | "until">;
}
