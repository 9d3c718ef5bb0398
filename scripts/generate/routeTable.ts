import { registry } from "../../openapi/registry";
import type { Operation } from "../../convex/core/operations/declaration";
import type { Route } from "../../convex/gateway/routes";
import { banner } from "./banner";

/** The source of `convex/gateway/routeTable.ts`: all that the gateway knows of the domains. */
export function routeTableSource(): string {
  const routes = registry.map(routeOf).sort(byPrecedence);
  assertDistinct(routes);
  const rows = routes.map((route) => `  ${JSON.stringify(route)},`).join("\n");
  return `${banner}import type { Route } from "./routes";

export const routeTable: readonly Route[] = [
${rows}
];
`;
}

/** The route of an operation. */
export function routeOf({ declaration, kind, isAction, domain, resource, verb }: Operation): Route {
  const { deprecated, takesBytes, headers = {} } = declaration;
  const names = Object.fromEntries(Object.keys(headers).map((name) => [headerNameOf(name), name]));
  return {
    method: declaration.method,
    path: `/v1${declaration.path.replaceAll(/\{(\w+)\}/g, ":$1")}`,
    domain,
    kind: isAction ? "action" : kind,
    operation: `${resource}.${verb}`,
    operationId: declaration.operationId,
    ...(takesBytes === undefined ? {} : { bytes: { maximum: takesBytes, headers: names } }),
    ...(declaration.answersFile ? { answersFile: true as const } : {}),
    ...(deprecated ? { deprecated: { since: deprecated.since, until: deprecated.until } } : {}),
  };
}

/** The header that carries an input: `X-File-Name` of `fileName`. */
export function headerNameOf(input: string): string {
  const words = input.replaceAll(/[A-Z]/g, (letter) => `-${letter}`);
  return `X-${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}

/**
 * Insists that no request has two routes.
 * @throws {Error} when two operations answer the same requests, of which the router would only ever find the first
 */
export function assertDistinct(routes: readonly Route[]): void {
  const known = new Map<string, Route>();
  for (const route of routes) {
    const key = `${route.method} ${shapeOf(route)}`;
    const { operation } = known.get(key) ?? {};
    if (operation !== undefined)
      throw new Error(`${operation} and ${route.operation} both answer ${route.method} ${route.path}.`);
    known.set(key, route);
  }
}

/** Fixed segments come before parameters at every depth, as the gateway's router takes them. */
function byPrecedence(left: Route, right: Route): number {
  const [before, after] = [shapeOf(left), shapeOf(right)];
  return before < after ? -1 : before > after ? 1 : left.method < right.method ? -1 : 1;
}

function shapeOf({ path }: Route): string {
  return path.replaceAll(/:\w+/g, "~");
}
