import type { EntitySetup } from "./entityServer";
import type { ServerProcess } from "../serverProcess";

type Server = ServerProcess<EntitySetup>;
export type Request = (method: string, route: string, body?: object) => Promise<Readonly<Record<string, unknown>>>;

/** Founds an organization; answers how its owner sends requests to it. */
export async function requester({ setup: { siteUrl, founderToken } }: Server): Promise<Request> {
  const requestOf =
    (organization?: string): Request =>
    async (method, route, body = {}) => {
      const response = await fetch(siteUrl + route, {
        method,
        headers: {
          authorization: `Bearer ${founderToken}`,
          "content-type": "application/json",
          ...(organization === undefined ? {} : { "portico-organization": organization }),
        },
        ...(method === "GET" ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      if (!response.ok) throw new Error(`${method} ${route} was answered with ${response.status}: ${text}`);
      return JSON.parse(text);
    };
  const personal = requestOf();
  await personal("POST", "/v1/me/sync");
  const { id } = await personal("POST", "/v1/organizations", { name: "Measured" });
  return requestOf(String(id));
}

/** Documents written since the process began, by table, as the host counts them. */
export async function writtenIn({ setup: { cloudUrl } }: Server): Promise<ReadonlyMap<string, number>> {
  const text = await (await fetch(`${cloudUrl}/metrics`)).text();
  const samples = text.matchAll(/^convex_documents_written_total\{table="([^"]+)"\} (\d+)$/gm);
  return new Map(Array.from(samples, ([, table = "", count]) => [table, Number(count)]));
}
