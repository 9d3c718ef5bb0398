import { expect, test } from "vitest";
import { type Answer, fakeServer, problem, rejection } from "../../test/fakeServer";
import { Portico } from "../client";
import { AbortedError, NotFoundError, PreconditionFailedError } from "../errors";
import { retryOnConflict } from "./retryOnConflict";

/** A server of one schedule that obeys `If-Match`, and its client. */
async function versioned(): Promise<{ portico: Portico; title: () => string }> {
  let version = 0;
  let title = "";
  const answer = (): Answer => ({ json: { id: "a", title }, headers: { etag: `"v${version}"` } });
  const server = await fakeServer(({ method, headers, body }) => {
    if (method === "GET") return answer();
    if (headers["if-match"] !== `"v${version}"`) return problem(412, "precondition_failed");
    ({ title } = JSON.parse(body));
    version += 1;
    return answer();
  });
  return { portico: new Portico({ baseUrl: server.url, apiKey: "sk_test_conflict" }), title: () => title };
}

test("of ten that change one row at once each change is kept", async () => {
  const { portico, title } = await versioned();
  const letters = Array.from("abcdefghij");
  await Promise.all(
    letters.map((letter) =>
      retryOnConflict(
        () => portico.schedules.get("a"),
        (row, ifMatch) => portico.schedules.update("a", { title: row.title + letter }, { ifMatch }),
        { maxTries: 100 },
      ),
    ),
  );
  expect(Array.from(title()).toSorted()).toEqual(letters);
});

test("it ends after maxTries, with the refusal, and at once with any other error", async () => {
  const { portico } = await versioned();
  let changes = 0;
  const stale = () => {
    changes += 1;
    return portico.schedules.update("a", { title: "b" }, { ifMatch: '"old"' });
  };
  const options = { maxTries: 3 };
  const error = await rejection(retryOnConflict(() => portico.schedules.get("a"), stale, options));
  expect(error).toBeInstanceOf(PreconditionFailedError);
  expect(changes).toBe(3);
  const missing = new NotFoundError({ code: "not_found", title: "Not found", status: 404 });
  const refused = retryOnConflict(
    () => portico.schedules.get("a"),
    () => Promise.reject(missing),
  );
  expect(await rejection(refused)).toBe(missing);
});

test("a signal ends the wait between two tries", async () => {
  const { portico } = await versioned();
  const controller = new AbortController();
  const error = await rejection(
    retryOnConflict(
      () => portico.schedules.get("a"),
      (_row, ifMatch) => {
        controller.abort();
        return portico.schedules.update("a", { title: "b" }, { ifMatch: `${ifMatch}-old` });
      },
      { signal: controller.signal },
    ),
  );
  expect(error).toBeInstanceOf(AbortedError);
});

test("what has no ETag cannot be changed this way", async () => {
  const server = await fakeServer(() => ({ json: { id: "a" } }));
  const portico = new Portico({ baseUrl: server.url, apiKey: "sk_test_conflict" });
  const error = await rejection(
    retryOnConflict(
      () => portico.schedules.get("a"),
      () => Promise.resolve(1),
    ),
  );
  expect(error).toBeInstanceOf(TypeError);
});
