import type { HttpAction, HttpRouter } from "../functions/httpRouter";

/** The HTTP side of the app or of one component. */
export interface HttpComponent {
  readonly httpRouter: HttpRouter | null;
  /** Where the app's own routes begin; null when they begin at the root, and for components. */
  readonly httpPrefix: string | null;
  /** Component paths by the prefix, ending with `/`, under which they answer. */
  readonly httpMounts: ReadonlyMap<string, string>;
}

/** A route of the app or of a component that is mounted under a prefix. */
export interface HttpRoute {
  readonly componentPath: string;
  readonly action: HttpAction;
  readonly method: string;
  readonly routePath: string;
}

/**
 * Finds the HTTP action for a path: an exact route first, then the longest prefix among the component's own routes and
 * the components that it mounts, which see the rest of the path.
 *
 * @param path the URL's path, as the component at `componentPath` sees it
 * @returns null when nothing matches
 */
export function findHttpRoute(
  components: ReadonlyMap<string, HttpComponent>,
  path: string,
  method: string,
  componentPath = "",
): HttpRoute | null {
  const component = components.get(componentPath);
  if (component === undefined) return null;
  const own = ownRoute(component, path, method);
  let longest = own?.prefixLength ?? 0;
  let mountedPath: string | null = null;
  for (const [prefix, childPath] of component.httpMounts)
    if (path.startsWith(prefix) && prefix.length > longest) {
      longest = prefix.length;
      mountedPath = childPath;
    }
  if (mountedPath !== null) return findHttpRoute(components, path.slice(longest - 1), method, mountedPath);
  return own === null ? null : { componentPath, ...own.route };
}

function ownRoute(
  { httpRouter, httpPrefix }: HttpComponent,
  path: string,
  method: string,
): { readonly prefixLength: number; readonly route: Omit<HttpRoute, "componentPath"> } | null {
  const basePath = httpPrefix ?? "/";
  if (httpRouter === null || !path.startsWith(basePath)) return null;
  const route = httpRouter.lookup(path.slice(basePath.length - 1), method);
  if (route === null) return null;
  const [action, routedMethod, routePath] = route;
  // Only prefix routes end with a star; whatever else a router answers is as exact as it gets.
  const prefixLength = routePath.endsWith("*") ? routePath.length - 1 + basePath.length - 1 : Infinity;
  return { prefixLength, route: { action, method: routedMethod, routePath } };
}
