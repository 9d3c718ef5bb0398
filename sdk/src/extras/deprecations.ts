import type { Hook } from "../runtime/engine";

/** An operation the server has announced the end of (RFC 9745, RFC 8594), reported once per operation. */
export interface Deprecation {
  /** The SDK method: `schedules.list`. */
  readonly operation: string;
  /** `Deprecation` header: a structured date such as `@1688169599`. */
  readonly deprecation: string | undefined;
  /** `Sunset` header: HTTP-date from which the operation may fail. */
  readonly sunset: string | undefined;
  /** `Link` header: where to read on, and the operation that succeeds. */
  readonly link: string | undefined;
}

/**
 * A hook that tells of the operations in use that will end, once for each.
 *
 * @example
 * new Portico({ baseUrl, apiKey, hooks: [deprecations(({ operation, sunset }) => report(operation, sunset))] });
 */
export function deprecations(report: (deprecation: Deprecation) => void): Hook {
  const reported = new Set<string>();
  return async (request, next, { operation }) => {
    const response = await next(request);
    const header = (name: string) => response.headers.get(name) ?? undefined;
    const [deprecation, sunset] = [header("deprecation"), header("sunset")];
    if ((deprecation ?? sunset) !== undefined && !reported.has(operation)) {
      reported.add(operation);
      report({ operation, deprecation, sunset, link: header("link") });
    }
    return response;
  };
}
