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
  /** Its name in the document, by which logs know it. */
  readonly operationId: string;
  /** Takes a body of as many bytes, with the headers that carry inputs beside it. */
  readonly bytes?: { readonly maximum: number; readonly headers: Readonly<Record<string, string>> };
  /** Answers bytes of any type. */
  readonly answersFile?: true;
  readonly deprecated?: Pick<Deprecation, "since" | "until">;
}
