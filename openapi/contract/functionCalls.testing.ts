import type { Operation } from "../../convex/core/operations/declaration";
import type { TestPortico } from "../../scripts/portico/testPortico.testing";
import type { Arranged } from "./client.testing";

/** The answer of the function API. */
export interface FunctionAnswer {
  readonly status?: string;
  readonly value?: unknown;
  readonly errorMessage?: string;
  readonly errorData?: unknown;
}

/** Convex takes path, query and body as one flat object; query values of REST are text. */
export function functionArgumentsOf(
  { params = {}, query = {}, body = {} }: Arranged,
  { isList }: Pick<Operation, "isList">,
): Record<string, unknown> {
  const page = isList ? { paginationOpts: { numItems: 10, cursor: null } } : {};
  return { ...params, ...query, ...body, ...page };
}

/** The function API takes tokens only: a machine's key is exchanged first, as its clients do. */
export async function functionTokenFor({ siteUrl }: TestPortico, credential: string): Promise<string> {
  if (!/^(sk|agt)_/.test(credential)) return credential;
  const response = await fetch(`${siteUrl}/v1/oauth/token`, {
    method: "POST",
    body: new URLSearchParams({ grant_type: "client_credentials", client_id: "contract", client_secret: credential }),
  });
  const { access_token: token }: { access_token?: string } = Object(await response.json());
  return token ?? "";
}

/** The function of an operation, under the type that Convex knows it by. */
export function functionOf({ kind, isAction, declaration }: Operation): {
  readonly route: string;
  readonly path: string;
} {
  return { route: `/api/${isAction ? "action" : kind}`, path: declaration.name };
}

/** Calls a function by the route of its type, as Convex's clients do. */
export function callFunction(
  portico: TestPortico,
  type: "query" | "mutation" | "action",
  path: string,
  args: object,
  token: string | undefined,
): Promise<FunctionAnswer> {
  return postToFunctionApi(portico, `/api/${type}`, { path, args, format: "json" }, token);
}

/** Sends a request to any route of the function API. */
export async function postToFunctionApi(
  { cloudUrl }: TestPortico,
  route: string,
  body: object,
  token: string | undefined,
): Promise<FunctionAnswer> {
  const response = await fetch(`${cloudUrl}${route}`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify(body),
  });
  return Object(await response.json());
}
