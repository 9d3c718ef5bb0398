import { registry } from "../../openapi/registry";
import type { Operation } from "../../convex/core/operations/declaration";
import type { Route } from "../../convex/gateway/routes";
import { banner } from "./banner";

/** The source of `convex/gateway/routeTable.ts`: all that the gateway knows of the domains. */
export function routeTableSource(): string {
  const routes = registry.map(routeOf).sort(byPrecedence);
  const rows = routes.map((route) => `  ${JSON.stringify(route)},`).join("\n");
  return `${banner}import type { Route } from "./routes";

export const routeTable: readonly Route[] = [
${rows}
];
`;
}

function routeOf({ declaration, kind, domain, resource, verb }: Operation): Route {
  return {
    method: declaration.method,
    path: `/v1${declaration.path.replaceAll(/\{(\w+)\}/g, ":$1")}`,
    domain,
    kind: declaration.secret ? "action" : kind,
    operation: `${resource}.${verb}`,
  };
}

/** Fixed segments come before parameters at every depth, since the gateway takes the first route that matches. */
function byPrecedence(left: Route, right: Route): number {
  const rank = ({ path }: Route) => path.replaceAll(/:\w+/g, "~");
  return rank(left) < rank(right) ? -1 : rank(left) > rank(right) ? 1 : left.method < right.method ? -1 : 1;
}
