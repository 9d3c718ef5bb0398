import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestPortico } from "../../scripts/portico/testPortico.testing";
import { registry } from "../registry";
import { arrange, nameOf } from "./arrangements.testing";
import { send, sendOperation } from "./client.testing";
import { createWorld } from "./world.testing";
import type { TestPortico } from "../../scripts/portico/testPortico.testing";
import type { World } from "./world.testing";

let portico: TestPortico;
let world: World;

beforeAll(async () => {
  portico = await startTestPortico();
  world = await createWorld(portico);
  await logging(100);
});
afterAll(() => portico.close());

/** Has the log show so many of a hundred successes. */
async function logging(apiLogSuccessPercent: number): Promise<void> {
  const path = `/v1/organizations/${world.acme.id}`;
  const { status, text } = await send(portico, "PATCH", path, world.owner, { settings: { apiLogSuccessPercent } });
  if (status !== 200) throw new Error(text);
}

type Row = Readonly<Record<string, unknown>>;

async function logged(query: string, credential = world.owner): Promise<Row[]> {
  const { body } = await send(portico, "GET", `/v1/api-logs?${query}`, credential);
  return Array.from(Object(body["data"]), (row): Row => Object(row));
}

const byRequest = (requestId: string) => logged(`requestId=${requestId}`);

it("shows what was refused, whatever it was refused for, and nothing of who is not known", async () => {
  const ask = (method: string, path: string, credential: string, body: unknown, requestId: string) =>
    send(portico, method, path, credential, body, { "x-request-id": requestId });
  await ask("POST", "/v1/items", world.owner, { name: 5, invented: "who knows" }, "refused-400");
  await ask("GET", "/v1/items?invented=1", world.owner, undefined, "refused-query");
  await ask("POST", "/v1/items", world.owner, "{not json", "refused-json");
  await ask("POST", "/v1/items", world.tokens.viewer, { name: "No" }, "refused-403");
  await ask("GET", "/v1/items/none", world.owner, undefined, "refused-404");
  await ask("GET", "/v1/items", "sk_live_unknown", undefined, "refused-401");
  const [invalid] = await byRequest("refused-400");
  expect(invalid).toMatchObject({
    direction: "inbound",
    method: "POST",
    url: "/v1/items",
    operationId: "createItem",
    statusCode: 400,
    errorCode: "validation_failed",
    actorType: "user",
    headers: { "content-type": "application/json" },
    responseHeaders: { "content-type": "application/problem+json" },
  });
  expect(JSON.parse(String(invalid?.["body"]))).toEqual({ name: 5, invented: "[redacted]" });
  expect(JSON.parse(String(invalid?.["responseBody"]))).toMatchObject({ code: "validation_failed" });
  expect(await byRequest("refused-query")).toMatchObject([{ statusCode: 400, url: "/v1/items?invented=1" }]);
  expect(await byRequest("refused-json")).toMatchObject([{ statusCode: 400 }]);
  expect(await byRequest("refused-403")).toMatchObject([{ statusCode: 403, errorCode: "forbidden" }]);
  expect(await byRequest("refused-404")).toMatchObject([{ statusCode: 404, errorCode: "not_found" }]);
  expect(await byRequest("refused-401")).toEqual([]);
  expect(await logged("statusCode=403")).toEqual(expect.arrayContaining(await byRequest("refused-403")));
});

it("shows as many successes as the organization asks for, and no dry run", async () => {
  const create = (requestId: string, headers = {}) =>
    send(portico, "POST", "/v1/items", world.owner, { name: requestId }, { "x-request-id": requestId, ...headers });
  await create("success-shown");
  await create("success-tried", { "portico-dry-run": "true" });
  expect(await byRequest("success-shown")).toMatchObject([
    { operationId: "createItem", statusCode: 201, body: JSON.stringify({ name: "success-shown" }) },
  ]);
  expect(await byRequest("success-tried")).toEqual([]);
  await logging(0);
  await create("success-left-out");
  expect(await byRequest("success-left-out")).toEqual([]);
  await logging(100);
});

it("is for those of the organization who may read it", async () => {
  const [row] = await logged("limit=1");
  const path = `/v1/api-logs/${String(row?.["id"])}`;
  expect((await send(portico, "GET", path, world.owner)).status).toBe(200);
  expect((await send(portico, "GET", path, world.foreignOwner)).status).toBe(404);
  expect((await send(portico, "GET", path, world.tokens.member)).status).toBe(403);
});

describe("secrets", () => {
  it("stand in no row, whatever operation issues or takes them", async () => {
    const planted = "sk_live_0123456789abcdefghijklmnopqrstuvwxyzABCDEF";
    const secrets = new Set([planted]);
    for (const operation of registry) {
      const request = await arrange(world, operation);
      const credential = request.credential ?? world.owner;
      secrets.add(credential);
      const { secret } = operation.declaration;
      const answer = await sendOperation(portico, operation, request, credential);
      const issued = answer.body[secret?.field ?? "none"];
      expect(typeof issued, nameOf(operation)).toBe(secret ? "string" : "undefined");
      if (typeof issued === "string") secrets.add(issued);
      const token = request.body?.["token"];
      if (typeof token === "string") secrets.add(token);
    }
    await send(portico, "GET", `/v1/items?name=${planted}&password=hunter2hunter2`, world.owner);
    await send(portico, "POST", "/v1/items", world.owner, {
      name: "x",
      metadata: { password: "hunter2hunter2", planted },
    });
    const rows: Row[] = [];
    let cursor = "";
    do {
      const { body } = await send(portico, "GET", `/v1/api-logs?limit=100${cursor}`, world.owner);
      rows.push(...Array.from(Object(body["data"]), (row): Row => Object(row)));
      const { nextCursor } = Object(body["page"]);
      cursor = typeof nextCursor === "string" ? `&cursor=${encodeURIComponent(nextCursor)}` : "";
    } while (cursor !== "");
    const operations = new Set(rows.map(({ operationId }) => operationId));
    expect(operations.size).toBeGreaterThan(60);
    const text = JSON.stringify(rows);
    expect([...secrets, "hunter2hunter2"].filter((secret) => text.includes(secret))).toEqual([]);
    expect(rows.filter(({ operationId }) => operationId === "checkInAgent")).toEqual([]);
  });
});
