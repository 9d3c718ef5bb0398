import { afterAll, beforeAll, expect, it } from "vitest";
import { startTestPortico } from "../../scripts/portico/testPortico.testing";
import { registry } from "../registry";
import { send } from "./client.testing";
import type { TestPortico } from "../../scripts/portico/testPortico.testing";

let portico: TestPortico;
beforeAll(async () => void (portico = await startTestPortico({}, { isThreaded: false })));
afterAll(() => portico.close());

const items = Array.from({ length: 100 }, (_, at) => ({
  name: `Long ${at}`,
  description: "é".repeat(4900),
  metadata: { filler: "x".repeat(7000) },
}));

it("a repeated request whose answer was long is answered with the rows that it made, as they are now", async () => {
  const token = portico.demo.organizations[0]?.users.owner.token;
  const create = () =>
    send(portico, "POST", "/v1/items/batch", token, { items }, { "idempotency-key": "a-long-answer" });
  const [first, again] = [await create(), await create()];
  expect([first.status, again.status, again.headers.get("idempotent-replayed")]).toEqual([201, 201, "true"]);
  expect(first.text.length).toBeGreaterThan(1_000_000);
  expect(again.text).toBe(first.text);
  const [changed, gone] = Object(first.body["data"]);
  await send(portico, "PATCH", `/v1/items/${changed.id}`, token, { name: "Changed since" });
  await send(portico, "DELETE", `/v1/items/${gone.id}`, token);
  const later = await create();
  const [one, other] = Object(later.body["data"]);
  expect([one.name, other.id, typeof other.deletedAt]).toEqual(["Changed since", gone.id, "number"]);
  expect((await send(portico, "GET", "/v1/items?limit=1&sort=-created", token)).body["data"]).toEqual([
    Object(first.body["data"]).at(-1),
  ]);
});

it("whatever answers with a long list of rows can read them again", () => {
  const readable = new Set(registry.filter(({ verb }) => verb === "get").map(({ resource }) => resource));
  const batches = registry.filter(({ verb }) => verb === "batchCreate");
  expect(batches.filter(({ resource }) => !readable.has(resource))).toEqual([]);
});
