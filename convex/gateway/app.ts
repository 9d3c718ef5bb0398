import { Hono } from "hono/tiny";
import { LinearRouter } from "hono/router/linear-router";
import { failureOf } from "../core/wire/errors";
import { dispatch } from "./dispatch";
import { platformRoutes } from "./platformRoutes";
import { requestIdOf } from "./requests";
import { commonHeaders, optionsResponse, problemResponse, problemResponseOf } from "./responses";
import { routeTable } from "./routeTable";
import { isUnavailable } from "./unavailable";
import type { GatewayEnvironment } from "./environment";
import type { ActionCtx } from "../_generated/server";

// Built anew in every context, so its router must be cheap to fill rather than fast to match.
const app = new Hono<GatewayEnvironment>({ router: new LinearRouter() });

app.use(async (c, next) => {
  const requestId = requestIdOf(c.req.raw.headers);
  const headers = commonHeaders(requestId, c.req.header("origin") ?? null);
  c.set("requestId", requestId);
  c.set("headers", headers);
  if (c.req.method !== "OPTIONS") return next();
  const methods = methodsOf(c.req.path);
  if (methods.length > 0) return optionsResponse(methods, headers);
  return problemResponseOf("not_found", "There is nothing at this path.", requestId, headers);
});

platformRoutes(app);

for (const route of routeTable) {
  app.on(route.method, route.path, (c) =>
    dispatch({
      ctx: c.env,
      request: c.req.raw,
      route,
      params: c.req.param(),
      requestId: c.get("requestId"),
      headers: c.get("headers"),
    }),
  );
}

app.notFound((c) => {
  const [requestId, headers] = [c.get("requestId"), c.get("headers")];
  const allowed = methodsOf(c.req.path);
  if (allowed.length === 0) return problemResponseOf("not_found", "There is nothing at this path.", requestId, headers);
  const allow = [...allowed, "OPTIONS"].join(", ");
  return problemResponseOf("method_not_allowed", `Use ${allow}.`, requestId, { ...headers, allow });
});

app.onError((error, c) => {
  const [requestId, headers] = [c.get("requestId"), c.get("headers")];
  const { problem } = failureOf(error);
  if (problem) return problemResponse(problem, requestId, headers);
  // The deployment itself tells its log of such trouble, once; a line for each request would fill what is full already.
  if (isUnavailable(error)) {
    return problemResponseOf("unavailable", "The deployment cannot take this request now.", requestId, headers);
  }
  // The caller gets the request id and nothing else; the log has the rest.
  // oxlint-disable-next-line no-console -- the deployment's log is where an unexpected failure is told
  console.error(`Request ${requestId} failed`, error);
  return problemResponseOf("internal", "The request could not be completed.", requestId, headers);
});

/** Methods that some route answers at `path`; HEAD goes with GET. */
function methodsOf(path: string): string[] {
  const methods = new Set<string>();
  for (const route of app.routes) {
    if (route.method !== "ALL" && matches(route.path, path)) methods.add(route.method);
  }
  if (methods.has("GET")) methods.add("HEAD");
  return [...methods];
}

/** As the router does, without regard to one slash at the end. */
function matches(pattern: string, path: string): boolean {
  const wanted = pattern.split("/");
  const given = path.replace(/(?<=.)\/$/, "").split("/");
  return (
    wanted.length === given.length &&
    wanted.every((part, at) => (part.startsWith(":") ? given[at] !== "" : part === given[at]))
  );
}

/** Answers a request of the site origin. Never throws. */
export function answer(ctx: ActionCtx, request: Request): Promise<Response> {
  return Promise.resolve(app.fetch(request, ctx));
}
