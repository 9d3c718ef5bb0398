import { BundleError } from "../../bundle/entryPoints";

/** The module that routes HTTP actions, and by whose name all of them go. */
export const httpModule = "http";

export type HttpAction = { readonly invokeHttpAction: (request: Request) => Promise<unknown> };

export interface HttpRoute {
  readonly method: string;
  /** Ends with a star for all paths that begin so. */
  readonly path: string;
}

/** The default export of `http.ts`, as far as the host uses it. */
export interface HttpRouter {
  readonly lookup: (path: string, method: string) => readonly [action: HttpAction, method: string, path: string] | null;
  readonly getRoutes?: () => readonly (readonly [path: string, method: string, action: unknown])[];
}

/** Reads `http.ts`'s default export. @throws {BundleError} when it is no HttpRouter */
export function readHttpRouter(namespace: Readonly<Record<string, unknown>> | undefined): HttpRouter | null {
  if (namespace === undefined) return null;
  const router = namespace["default"];
  if (!isHttpRouter(router)) throw new BundleError("http.ts must have a default export made by httpRouter().");
  return router;
}

/** The routes that a router tells of. */
export function httpRoutesOf(router: HttpRouter | null): readonly HttpRoute[] {
  return router?.getRoutes?.().map(([path, method]) => ({ method, path })) ?? [];
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
