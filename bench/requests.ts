import { checkInBody, scheduleBody } from "./setup";
import type { LoadRequest } from "./load";
import type { Setup } from "./setup";

const pageSize = 50;
const walkedPageSize = 100;
const depthRows = 50_000;

/** The measured requests; each makes what the load generator sends to one server. */
export const measuredRequests: Readonly<
  Record<string, (setup: Setup, rows: number) => Promise<readonly LoadRequest[]>>
> = {
  "check-in": async ({ agentKeys }) => agentKeys.map((key) => postOf("/v1/agents/check-in", key, checkInBody)),
  create: async ({ apiKey }) => [postOf("/v1/schedules", apiKey, scheduleBody(Date.now(), 1))],
  get: async ({ apiKey, scheduleIds }) => scheduleIds.map((id) => getOf(`/v1/schedules/${id}`, apiKey)),
  page: async ({ apiKey }) => [getOf(`/v1/schedules?limit=${pageSize}`, apiKey)],
  "deep page": async (setup, rows) => {
    const cursor = await cursorAt(setup, Math.min(depthRows, rows - 2 * walkedPageSize));
    return [getOf(`/v1/schedules?limit=${pageSize}&cursor=${encodeURIComponent(cursor)}`, setup.apiKey)];
  },
};

function getOf(path: string, token: string): LoadRequest {
  return { method: "GET", path, headers: { authorization: `Bearer ${token}` } };
}

function postOf(path: string, token: string, body: object): LoadRequest {
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  return { method: "POST", path, headers, body: JSON.stringify(body) };
}

/** Walks the pages as a client does until `depth` rows lie before the cursor. */
async function cursorAt({ url, apiKey }: Setup, depth: number): Promise<string> {
  let cursor = "";
  for (let rows = 0; rows < depth; rows += walkedPageSize) {
    const response = await fetch(
      `${url}/v1/schedules?limit=${walkedPageSize}${cursor && `&cursor=${encodeURIComponent(cursor)}`}`,
      {
        headers: { authorization: `Bearer ${apiKey}` },
      },
    );
    const { page }: { page?: { nextCursor: string | null } } = JSON.parse(await response.text());
    if (!page?.nextCursor) throw new Error(`The list ended after ${rows} rows, before the depth of ${depth}.`);
    cursor = page.nextCursor;
  }
  return cursor;
}
