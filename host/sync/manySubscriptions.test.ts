import { expect, it } from "vitest";
import { api, openBaseClient, startSyncHost } from "./syncHost.testing";

const clients = 40;
const accounts = ["a", "b", "c", "d", "e"];
const writers = 4;
const transfersEach = 60;

it("keeps 200 subscriptions consistent under writes: the sum over accounts never changes in any transition", async () => {
  const host = await startSyncHost();
  let transitions = 0;
  const torn: unknown[] = [];
  const watchers = Array.from({ length: clients }, () => {
    const values = (): unknown[] => accounts.map((name) => client.localQueryResult("behaviour:read", { name }));
    const client = openBaseClient(host.server.cloudUrl, () => {
      transitions++;
      const seen = values().filter((value) => typeof value === "number");
      const sum = seen.reduce((total, value) => total + value, 0);
      if (seen.length !== accounts.length || sum !== 0) torn.push(seen);
    });
    for (const name of accounts) client.subscribe("behaviour:read", { name });
    return values;
  });
  await expect.poll(() => watchers.every((values) => values().every((value) => value === 0))).toBe(true);
  await Promise.all(
    Array.from({ length: writers }, async (_, writer) => {
      const client = host.client();
      for (let i = 0; i < transfersEach; i++) {
        const from = accounts[(writer + i) % accounts.length] ?? "a";
        const to = accounts[(writer + i * 3 + 1) % accounts.length] ?? "b";
        await client.mutation(api.transfer, { from, to, amount: writer * 100 + i + 1 });
      }
    }),
  );
  const reader = host.client();
  const expected = await Promise.all(accounts.map((name) => reader.query(api.read, { name })));
  expect(expected.some((value) => value !== 0)).toBe(true);
  await expect.poll(() => watchers.map((values) => values())).toEqual(watchers.map(() => expected));
  expect(torn).toEqual([]);
  expect(transitions).toBeGreaterThan(clients * 10);
  expect(host.reported).toEqual([]);
});
