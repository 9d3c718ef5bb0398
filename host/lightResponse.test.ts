import * as fc from "fast-check";
import { expect, it } from "vitest";
import { completeResponse, LightResponse } from "./lightResponse";

interface Seen {
  readonly failure?: string;
  readonly head?: unknown;
  readonly text?: string;
}

/** Everything that can be observed of a response, or the error its construction throws. */
async function observe(make: () => Response): Promise<Seen> {
  let response: Response;
  try {
    response = make();
  } catch (error) {
    return { failure: error instanceof Error ? error.name : "no error" };
  }
  const { status, ok, statusText, type, url, redirected, bodyUsed } = response;
  const head = [status, ok, statusText, type, url, redirected, bodyUsed, [...response.headers], response.body === null];
  const copy = response.clone();
  expect(Object.prototype.toString.call(response)).toBe("[object Response]");
  const text = await response.text();
  return { head: [...head, response.bodyUsed, await copy.text()], text };
}

const headers = fc.oneof(
  fc.dictionary(
    fc.constantFrom("a", "A", "Content-Type", "content-type", "set-cookie", "x y", ""),
    fc.oneof(fc.string({ unit: "binary", maxLength: 5 }), fc.string()),
  ),
  fc.array(fc.tuple(fc.constantFrom("a", "Set-Cookie"), fc.constantFrom("1", "2"))),
  fc.constant(new Headers({ "content-type": "text/css", a: "1" })),
);
const init = fc.oneof(
  fc.constant(undefined),
  fc.record(
    {
      status: fc.constantFrom(200, 201, 204, 304, 404, 599, 199, 600, 0, 200.5),
      headers,
      statusText: fc.constantFrom("", "Fine"),
    },
    { requiredKeys: [] },
  ),
);
const body = fc.oneof(
  fc.constantFrom(null, undefined, "", "text", "é😀", "\ud800"),
  fc.uint8Array({ maxLength: 4 }),
  fc.constant(new URLSearchParams({ a: "1" })),
  fc.constant(new Blob(["blob"], { type: "text/css" })),
);

it("cannot be told from fetch's own Response", async () => {
  await fc.assert(
    fc.asyncProperty(body, init, async (content, options) => {
      expect(await observe(() => new LightResponse(content, options))).toEqual(
        await observe(() => new Response(content, options)),
      );
    }),
    { numRuns: 500 },
  );
});

it("makes the same JSON responses", async () => {
  await fc.assert(
    fc.asyncProperty(fc.oneof(fc.jsonValue(), fc.constant(undefined)), init, async (data, options) => {
      expect(await observe(() => LightResponse.json(data, options))).toEqual(
        await observe(() => Response.json(data, options)),
      );
    }),
    { numRuns: 300 },
  );
});

it("is an instance of both constructors, and so are real and derived ones", () => {
  class Derived extends LightResponse {}
  for (const response of [
    new LightResponse("x"),
    new Response("x"),
    new Derived("x"),
    LightResponse.error(),
    LightResponse.redirect("http://x/"),
  ]) {
    expect([response instanceof Response, response instanceof LightResponse]).toEqual([true, true]);
  }
  expect(new Derived("x")).toBeInstanceOf(Derived);
});

it("keeps complete content out of a stream until something reads it", async () => {
  const response = new LightResponse("x", { headers: { A: "1" } });
  const complete = completeResponse(response);
  expect({ ...complete, headers: [...(complete?.headers ?? [])] }).toEqual({
    status: 200,
    headers: [
      ["a", "1"],
      ["content-type", "text/plain;charset=UTF-8"],
    ],
    body: "x",
  });
  expect(completeResponse(response)?.body).toBe("x");
  await response.text();
  expect(completeResponse(response)).toBeUndefined();
  expect(completeResponse(new LightResponse(new Blob(["x"])))).toBeUndefined();
});

it("shows later header changes to every reader", async () => {
  const response = new LightResponse("x");
  const { headers: first } = response;
  first.set("a", "1");
  response.clone();
  first.set("a", "2");
  first.append("set-cookie", "c");
  first.append("set-cookie", "d");
  expect(response.clone().headers.get("a")).toBe("2");
  expect(response.clone().headers.getSetCookie()).toEqual(["c", "d"]);
  expect([...(completeResponse(response)?.headers ?? [])]).toContainEqual(["a", "2"]);
  expect(new Response("y", response).headers.get("a")).toBe("2");
});

it("does not see later writes into the buffer it was made of", async () => {
  const bytes = Buffer.from("before");
  const response = new LightResponse(bytes);
  bytes.fill("x");
  expect(await response.text()).toBe("before");
});
