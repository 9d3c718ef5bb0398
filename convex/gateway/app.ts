import { HonoBase } from "hono/hono-base";
import { routePath } from "hono/route";
import { deprecationHeaders } from "../core/wire/deprecation";
import { failureOf } from "../core/wire/errors";
import { dispatch } from "./dispatch";
import { admitAddress, answerNothing, platformRoutes } from "./platformRoutes";
import { requestIdOf } from "./requests";
import { commonHeaders, nothingThere, optionsResponse, problemResponse, problemResponseOf, siteUrl } from "./responses";
import { routeTable } from "./routeTable";
import { TreeRouter } from "./treeRouter";
import { isUnavailable } from "./unavailable";
import type { GatewayEnvironment } from "./environment";
import type { Route } from "./routes";
import type { H, RouterRoute } from "hono/types";
import type { ActionCtx } from "../_generated/server";

/** Answers a request of the site origin; never rejects. */
export type Answer = (ctx: ActionCtx, request: Request) => Promise<Response>;

/** The gateway of these routes, beside those that it has itself. */
export function gatewayOf(routes: readonly Route[]): Answer {
  const router = new TreeRouter<[H, RouterRoute]>();
  // Not one of Hono's presets: each brings its own router, and `hono/tiny` ignores the one it is given.
  const app = new HonoBase<GatewayEnvironment>({ router });

  app.use(async (c, next) => {
    const requestId = requestIdOf(c.req.raw.headers);
    const headers = commonHeaders(requestId, c.req.header("origin") ?? null);
    c.set("requestId", requestId);
    c.set("headers", headers);
    if (c.req.method !== "OPTIONS") return next();
    const methods = router.methodsAt(c.req.path);
    if (methods.length > 0) return optionsResponse(methods, headers);
    return nothingThere(requestId, headers);
  });

  platformRoutes(app);

  // Adds routes to the router directly: in a fresh context, Hono's bookkeeping per route costs more than everything else in
  // it.
  for (const route of routes) {
    const { method, path, deprecated } = route;
    const handler: H<GatewayEnvironment> = (c) => {
      if (deprecated) c.set("headers", { ...c.get("headers"), ...deprecationHeaders(deprecated, siteUrl()) });
      return dispatch({
        ctx: c.env,
        request: c.req.raw,
        route,
        params: c.req.param(),
        requestId: c.get("requestId"),
        headers: c.get("headers"),
      });
    };
    router.add(method, path, [handler, { basePath: "/", method, path, handler }]);
  }

  app.notFound(async (c) => {
    const allowed = router.methodsAt(c.req.path);
    if (allowed.length === 0) return answerNothing(c);
    await admitAddress(c, "public");
    const [requestId, headers] = [c.get("requestId"), c.get("headers")];
    const allow = [...allowed, "OPTIONS"].join(", ");
    return problemResponseOf("method_not_allowed", `Use ${allow}.`, requestId, { ...headers, allow });
  });

  app.onError((error, c) => {
    const [requestId, headers] = [c.get("requestId"), c.get("headers")];
    const { problem } = failureOf(error);
    if (problem) return problemResponse(problem, requestId, headers);
    // The deployment logs such trouble itself, once. A line per request would fill a disk that is already full.
    if (isUnavailable(error)) {
      return problemResponseOf("unavailable", "The deployment cannot take this request now.", requestId, headers);
    }
    // The caller gets the request id and nothing else; the log has the rest. Paths as declared, since ids in them are not the log's.
    const { method } = c.req;
    const path = routePath(c);
    const operation = routes.find((route) => route.method === method && route.path === path)?.operation;
    // oxlint-disable-next-line no-console -- the deployment's log is where an unexpected failure is told
    console.error(`Request ${requestId} failed: ${[method, path, operation].filter(Boolean).join(" ")}`, error);
    return problemResponseOf("internal", "The request could not be completed.", requestId, headers);
  });

  return (ctx, request) => Promise.resolve(app.fetch(request, ctx));
}

/** The product's gateway. */
export const answer = gatewayOf(routeTable);
