import { expect, it } from "vitest";
import { api, openBaseClient, startSyncHost, watch } from "./syncHost.testing";

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

it("shows one state of 600 queries in each transition, however often others write while they run", async () => {
  const host = await startSyncHost();
  const names = Array.from({ length: 600 }, (_, at) => `account ${at}`);
  const torn: unknown[] = [];
  let transitions = 0;
  const values = (): unknown[] => names.map((name) => client.localQueryResult("behaviour:read", { name }));
  const client = openBaseClient(host.server.cloudUrl, () => {
    transitions++;
    const seen = values().filter((value) => typeof value === "number");
    if (seen.length !== names.length || seen.reduce((total, value) => total + value, 0) !== 0) torn.push(seen.length);
  });
  for (const name of names) client.subscribe("behaviour:read", { name });
  await expect.poll(() => values().every((value) => value === 0)).toBe(true);
  const writer = host.client();
  for (let i = 0; i < 40; i++) {
    const some = names.slice(i * 7, i * 7 + 20);
    const to = (at: number): string => names[599 - ((i * 11 + at) % 280)] ?? "";
    await Promise.all(some.map((from, at) => writer.mutation(api.transfer, { from, to: to(at), amount: i + at + 1 })));
  }
  const reader = host.client();
  const expected = await Promise.all(names.map((name) => reader.query(api.read, { name })));
  await expect.poll(values).toEqual(expected);
  expect(torn).toEqual([]);
  expect(transitions).toBeGreaterThan(2);
  expect(host.reported).toEqual([]);
});

it("answers others while one client's thousands of queries run", async () => {
  const host = await startSyncHost();
  const order: string[] = [];
  const client = openBaseClient(host.server.cloudUrl, () => order.push("all queries of one client"));
  for (let at = 0; at < 4000; at++) client.subscribe("behaviour:read", { name: `account ${at}` });
  const other = host.client();
  const watched = watch(host.client(), api.read, { name: "beside" });
  await other.mutation(api.add, { name: "beside" }).then(() => order.push("a mutation"));
  await expect.poll(() => watched.values.at(-1)).toBe(1);
  order.push("another's live query");
  await expect.poll(() => order.length).toBe(3);
  expect(order).toEqual(["a mutation", "another's live query", "all queries of one client"]);
  expect(host.reported).toEqual([]);
});
