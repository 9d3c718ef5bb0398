import { afterAll, beforeAll, expect, it } from "vitest";
import { startTestPortico } from "../../scripts/portico/testPortico.testing";
import { registry } from "../registry";
import { send } from "./client.testing";
import type { TestPortico } from "../../scripts/portico/testPortico.testing";

let portico: TestPortico;
beforeAll(async () => void (portico = await startTestPortico()));
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

it.each(["x".repeat(3000), "漢".repeat(1300)])(
  "a long answer that lists no rows is repeated as it was",
  async (filler) => {
    const token = portico.demo.organizations[0]?.users.owner.token;
    const [integration] = Object((await send(portico, "GET", "/v1/integrations?limit=1", token)).body["data"]);
    const usage = Array.from({ length: 100 }, () => ({
      integrationId: integration.id,
      units: 1,
      metadata: { filler },
    }));
    const key = { "idempotency-key": `long-outcomes-${filler.length}` };
    const record = () => send(portico, "POST", "/v1/usage-records/batch", token, { items: usage }, key);
    const [first, again] = [await record(), await record()];
    expect([first.status, again.status, again.headers.get("idempotent-replayed")]).toEqual([200, 200, "true"]);
    expect(first.text.length).toBeGreaterThan(65_536);
    expect(again.text).toBe(first.text);
  },
);

it("a claim of many large rows is taken and repeated, whatever their letters", async () => {
  const [organization] = portico.demo.organizations;
  const apiKey = organization?.apiKey;
  const payload = { filler: "漢".repeat(10_800) };
  for (let at = 0; at < 40; at++) {
    await send(portico, "POST", "/v1/event-logs", apiKey, { eventType: "x.large", payload });
    await send(portico, "POST", "/v1/scheduled-jobs", apiKey, { action: "x.large", payload });
  }
  const claims = [
    { path: "/v1/event-logs/claim", body: { eventTypes: ["x.large"], limit: 100 } },
    { path: "/v1/scheduled-jobs/claim", body: { workerId: "test", actions: ["x.large"], limit: 20 } },
  ];
  for (const { path, body } of claims) {
    const claim = () =>
      send(portico, "POST", path, apiKey, body, { "idempotency-key": `a-large-claim-${path.length}` });
    const [first, again] = [await claim(), await claim()];
    expect([path, first.status, again.text]).toEqual([path, 200, first.text]);
  }
});

it("whatever answers with a long list of rows can read them again", () => {
  const readable = new Set(registry.filter(({ verb }) => verb === "get").map(({ resource }) => resource));
  const batches = registry.filter(({ verb }) => verb === "batchCreate");
  expect(batches.filter(({ resource }) => !readable.has(resource))).toEqual([]);
});
