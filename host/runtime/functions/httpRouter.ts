import { BundleError } from "../../bundle/entryPoints";
import { withRemedy } from "../../bundle/pushRules";

/** The module that routes HTTP actions, and by whose name all of them go. */
export const httpModule = "http";

/** What `httpAction()` makes, as far as the host uses it. */
export type HttpAction = { readonly invokeHttpAction: (request: Request) => Promise<unknown> };

/** The part of a route that decides which requests it takes. */
export interface HttpRoute {
  readonly method: string;
  /** Ends with a star to match every path with this prefix. */
  readonly path: string;
}

/** The default export of `http.ts`, as far as the host uses it. */
export interface HttpRouter {
  readonly lookup: (path: string, method: string) => readonly [action: HttpAction, method: string, path: string] | null;
  readonly getRoutes: () => readonly (readonly [path: string, method: string, action: unknown])[];
}

/** Reads `http.ts`'s default export. @throws {BundleError} when it is no HttpRouter */
export function readHttpRouter(namespace: Readonly<Record<string, unknown>> | undefined): HttpRouter | null {
  if (namespace === undefined) return null;
  const router = namespace["default"];
  if (!isHttpRouter(router))
    throw new BundleError(withRemedy("httpExport", "http.ts must have a default export made by httpRouter()."));
  checkRoutes(router);
  return router;
}

/** The methods by which Convex routes; a HEAD request runs the route of GET. */
const routableMethods: ReadonlySet<string> = new Set(["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"]);

/** @throws {BundleError} when the routes that a router tells of are not what Convex takes */
function checkRoutes(router: object): void {
  const refusal = (problem: string): BundleError =>
    new BundleError(withRemedy("httpRoutes", `http.ts: the router's getRoutes() ${problem}.`));
  const routes: unknown = "getRoutes" in router && typeof router.getRoutes === "function" ? router.getRoutes() : null;
  if (!Array.isArray(routes)) throw refusal("is no function that returns a list");
  for (const route of routes) {
    const [path, method]: readonly unknown[] = Array.isArray(route) ? route : [];
    if (typeof path !== "string" || typeof method !== "string") throw refusal("lists what is no route");
    if (!routableMethods.has(method)) throw refusal(`lists ${path} with the method ${method}`);
  }
}

/** The routes that a router tells of. */
export function httpRoutesOf(router: HttpRouter | null): readonly HttpRoute[] {
  return router?.getRoutes().map(([path, method]) => ({ method, path })) ?? [];
}

/** convex/server marks routers with `isRouter`; Convex itself asks for no more than that and `lookup`. */
function isHttpRouter(value: unknown): value is HttpRouter {
  return (
    typeof value === "object" &&
    value !== null &&
    "isRouter" in value &&
    value.isRouter === true &&
    "lookup" in value &&
    typeof value.lookup === "function"
  );
}
