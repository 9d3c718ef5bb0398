import { expect, test } from "vitest";
import { fakeServer, rejection } from "../../test/fakeServer";
import { Portico } from "../client";
import { ConnectionError } from "../errors";

const total = 250;

async function listOf250() {
  const server = await fakeServer(({ query }) => {
    const from = Number(query.get("cursor") ?? 0);
    const limit = Number(query.get("limit") ?? 100);
    const end = Math.min(total, from + limit);
    const data = Array.from({ length: end - from }, (_, index) => ({ id: `s${from + index}` }));
    const hasMore = end < total;
    return { json: { data, page: { nextCursor: hasMore ? String(end) : null, hasMore, limit } } };
  });
  const portico = new Portico({ baseUrl: server.url, apiKey: "sk_test_list" });
  return { server, portico };
}

test("for await sees all 250 rows in order with three requests that keep the filters", async () => {
  const { server, portico } = await listOf250();
  const ids: string[] = [];
  for await (const row of portico.schedules.list({ limit: 100, status: "active" })) ids.push(row.id);
  expect(ids).toEqual(Array.from({ length: total }, (_, index) => `s${index}`));
  expect(server.requests.map((request) => request.query.toString())).toEqual([
    "limit=100&status=active",
    "limit=100&status=active&cursor=100",
    "limit=100&status=active&cursor=200",
  ]);
});

test("break stops, and the cursor resumes in another client without skipping a row", async () => {
  const { server, portico } = await listOf250();
  const call = portico.schedules.list({ limit: 100 });
  const seen = new Set<string>();
  for await (const row of call) {
    seen.add(row.id);
    if (row.id === "s150") break;
  }
  expect(server.requests).toHaveLength(2);
  expect(call.cursor).toBe("100");
  const other = new Portico({ baseUrl: server.url, apiKey: "sk_test_list" });
  for await (const row of other.schedules.list({ limit: 100, cursor: call.cursor ?? "" })) seen.add(row.id);
  expect(seen.size).toBe(total);
  expect(server.requests).toHaveLength(4);
});

test("nothing is sent before the list is awaited; awaiting and iterating share the first page", async () => {
  const { server, portico } = await listOf250();
  const call = portico.schedules.list({ limit: 100 });
  expect(server.requests).toHaveLength(0);
  const { data, page } = await call;
  expect(data).toHaveLength(100);
  expect(page).toEqual({ nextCursor: "100", hasMore: true, limit: 100 });
  const sizes: number[] = [];
  for await (const next of call.pages()) sizes.push(next.data.length);
  expect(sizes).toEqual([100, 100, 50]);
  expect(server.requests).toHaveLength(3);
});

test("toArray collects at most its limit and asks for no page it does not need", async () => {
  const { server, portico } = await listOf250();
  expect(await portico.schedules.list({ limit: 100 }).toArray({ limit: 120 })).toHaveLength(120);
  expect(server.requests).toHaveLength(2);
  expect(await portico.schedules.list({ limit: 100 }).toArray({ limit: 999 })).toHaveLength(250);
  expect(await portico.schedules.list().toArray({ limit: 0 })).toEqual([]);
  expect(server.requests).toHaveLength(5);
  expect(await portico.schedules.list({ limit: 100 }).toArray()).toHaveLength(250);
});

test("an answer that is not a page is an error, not an empty list", async () => {
  const server = await fakeServer(() => ({ json: { items: [] }, headers: { "x-request-id": "req_3" } }));
  const portico = new Portico({ baseUrl: server.url, apiKey: "sk_test_list" });
  const error = await rejection(portico.schedules.list().toArray({ limit: 5 }));
  expect(error).toBeInstanceOf(ConnectionError);
  expect(error).toMatchObject({ code: "invalid_response", status: 200, requestId: "req_3" });
});

test.each(["same", null])("a list whose next cursor is always %j ends with an error", async (nextCursor) => {
  const server = await fakeServer(() => ({ json: { data: [], page: { nextCursor, hasMore: true, limit: 1 } } }));
  const portico = new Portico({ baseUrl: server.url, apiKey: "sk_test_list" });
  const error = await rejection(portico.schedules.list().toArray({ limit: 10 }));
  expect(error).toMatchObject({ name: "ConnectionError", code: "invalid_response", status: 200 });
  expect(server.requests.length).toBeLessThan(3);
});

test.each([2, 3, 7])("a list whose cursors go round in a circle of %i ends with an error", async (length) => {
  const lead = 3;
  const server = await fakeServer(({ query }) => {
    const at = Number(query.get("cursor") ?? 0) + 1;
    const nextCursor = String(at < lead + length ? at : lead);
    return { json: { data: [{ id: nextCursor }], page: { nextCursor, hasMore: true, limit: 1 } } };
  });
  const portico = new Portico({ baseUrl: server.url, apiKey: "sk_test_list" });
  const error = await rejection(portico.schedules.list().toArray({ limit: 1_000 }));
  expect(error).toMatchObject({ name: "ConnectionError", code: "invalid_response", status: 200 });
  expect(server.requests.length).toBeLessThan(3 * (lead + length));
});
