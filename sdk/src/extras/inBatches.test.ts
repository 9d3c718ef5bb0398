import * as fc from "fast-check";
import { expect, test } from "vitest";
import { type Answer, fakeServer, problem, rejection } from "../../test/fakeServer";
import { Portico } from "../client";
import { AuthenticationError } from "../errors";
import { type BatchOutcome, inBatches } from "./inBatches";

interface Named {
  readonly name: string;
}

const isBad = ({ name }: Named) => name.startsWith("bad");

/** A server that takes batches whole or not at all, as the API does, and its client. */
async function batches(most = Number.POSITIVE_INFINITY, atOnce = Number.POSITIVE_INFINITY) {
  const created: Named[] = [];
  const server = await fakeServer(({ body }): Answer => {
    const { items }: { items: Named[] } = JSON.parse(body);
    if (items.length > most) return problem(413, "payload_too_large");
    const faults = items.flatMap((item, at) =>
      isBad(item) ? [{ pointer: `/items/${at}/name`, code: "bad", message: "" }] : [],
    );
    if (faults.length > 0) return problem(400, "validation_failed", {}, { errors: faults.slice(0, atOnce) });
    created.push(...items);
    return { status: 201, json: { data: items.map(({ name }) => ({ id: `id-${name}`, name })) } };
  });
  const portico = new Portico({ baseUrl: server.url, apiKey: "sk_test_batches" });
  const send = (items: Named[], options: object) => portico.items.batchCreate({ items }, options);
  return { server, created, send };
}

async function all<Value>(values: AsyncIterable<Value>): Promise<Value[]> {
  const found: Value[] = [];
  for await (const value of values) found.push(value);
  return found;
}

const named = (count: number) => Array.from({ length: count }, (_, at) => ({ name: `n${at}` }));

test("250 rows of a generator go in three requests, and each gets what was made of it", async () => {
  const { server, created, send } = await batches();
  async function* rows() {
    yield* named(250);
  }
  const outcomes = await all(inBatches(rows(), send));
  expect(server.requests).toHaveLength(3);
  expect(created).toEqual(named(250));
  expect(outcomes.map(({ index, item, result }) => [index, item.name, result?.id])).toEqual(
    named(250).map(({ name }, at) => [at, name, `id-${name}`]),
  );
});

test("whatever is refused and however large a batch may be, each item is told once, in order, and the good ones are made", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom("good", "bad"), { maxLength: 30 }),
      fc.integer({ min: 1, max: 12 }),
      fc.integer({ min: 1, max: 12 }),
      fc.integer({ min: 1, max: 3 }),
      async (kinds, size, most, atOnce) => {
        const { created, send } = await batches(most, atOnce);
        const items = kinds.map((kind, at) => ({ name: `${kind}${at}` }));
        const outcomes: BatchOutcome<Named, Named>[] = await all(inBatches(items, send, { size }));
        expect(outcomes.map(({ index, item }) => [index, item])).toEqual(items.map((item, at) => [at, item]));
        expect(outcomes.map(({ error }) => error !== undefined)).toEqual(items.map(isBad));
        expect(outcomes.flatMap(({ result }) => result?.name ?? [])).toEqual(
          items.filter((item) => !isBad(item)).map(({ name }) => name),
        );
        expect(created).toEqual(items.filter((item) => !isBad(item)));
      },
    ),
    { numRuns: 25 },
  );
});

test("a failure that is of no item is thrown, after what is known was told", async () => {
  const server = await fakeServer(({ body }, index) =>
    index === 0 ? { json: { data: JSON.parse(body).items } } : problem(401, "key_revoked"),
  );
  const portico = new Portico({ baseUrl: server.url, apiKey: "sk_test_batches" });
  const told: number[] = [];
  const run = async () => {
    for await (const { index } of inBatches(named(5), (items) => portico.items.batchCreate({ items }), { size: 2 }))
      told.push(index);
  };
  expect(await rejection(run())).toBeInstanceOf(AuthenticationError);
  expect(told).toEqual([0, 1]);
});

test.each(["larger than the server takes", "with an item that is refused"])(
  "of a batch %s, what is known is told before the failure that came in its midst",
  async (kind) => {
    const isTooLarge = kind.startsWith("larger");
    const refusal = isTooLarge
      ? problem(413, "payload_too_large")
      : problem(400, "validation_failed", {}, { errors: [{ pointer: "/items/2/name", code: "bad", message: "" }] });
    const made: Named[] = [];
    const server = await fakeServer(({ body }, index): Answer => {
      const { items }: { items: Named[] } = JSON.parse(body);
      if (index === 0 || (!isTooLarge && index === 1)) return index === 0 ? refusal : problem(413, "payload_too_large");
      if (made.length > 0) return problem(401, "key_revoked");
      made.push(...items);
      return { json: { data: items } };
    });
    const portico = new Portico({ baseUrl: server.url, apiKey: "sk_test_batches" });
    const told: [number, boolean][] = [];
    const run = async () => {
      for await (const { index, error } of inBatches(named(5), (items) => portico.items.batchCreate({ items })))
        told.push([index, error === undefined]);
    };
    expect(await rejection(run())).toBeInstanceOf(AuthenticationError);
    expect(told).toEqual([
      [0, true],
      [1, true],
      [2, isTooLarge],
    ]);
    expect(made).toEqual(named(isTooLarge ? 3 : 2));
  },
);

test("the keys of the requests follow from the one that is given, another set of items has another one", async () => {
  const { server, send } = await batches();
  const items = [{ name: "a" }, { name: "bad" }, { name: "c" }];
  await all(inBatches(items, send, { size: 2, idempotencyKey: "import-7" }));
  await all(inBatches(items, send, { size: 2, idempotencyKey: "import-7" }));
  const keys = server.requests.map(({ headers }) => headers["idempotency-key"]);
  expect(keys.slice(0, 3)).toEqual(["import-7-0-2", "import-7-0-1", "import-7-2-1"]);
  expect(keys.slice(3)).toEqual(keys.slice(0, 3));
});

test("an answer with another number of results is not taken for the items'", async () => {
  const run = all(inBatches([1, 2], () => Promise.resolve({ results: [1] })));
  expect(String(await rejection(run))).toContain("2 items was answered with 1 results");
});
