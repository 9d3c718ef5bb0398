import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ProblemError } from "../core/wire/errors";
import { maximumBodyBytes, queryOf, readBody, requestIdOf } from "./requests";

const url = "https://portico.example/v1/items";
const json = { "content-type": "application/json" };

describe("requestIdOf", () => {
  const trace = "4bf92f3577b34da6a3ce929d0e0e4736";
  const newId = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
  it.each<[string, Record<string, string>, string | RegExp]>([
    ["keeps a usable id", { "x-request-id": "order-17:attempt.2_a" }, "order-17:attempt.2_a"],
    ["keeps 8 and 128 characters", { "x-request-id": "a".repeat(128) }, "a".repeat(128)],
    ["drops 7 characters", { "x-request-id": "a".repeat(7) }, newId],
    ["drops 129 characters", { "x-request-id": "a".repeat(129) }, newId],
    ["drops what could break a log line", { "x-request-id": "abcdefgh ijkl" }, newId],
    ["drops what could break out of a quotation", { "x-request-id": 'abcdefgh"<script>' }, newId],
    ["drops other letters", { "x-request-id": "abcdefghé" }, newId],
    [
      "prefers the id to the trace",
      { "x-request-id": "abcdefgh", traceparent: `00-${trace}-00f067aa0ba902b7-01` },
      "abcdefgh",
    ],
    ["takes the trace id", { traceparent: `00-${trace}-00f067aa0ba902b7-01` }, trace],
    [
      "takes the trace id beside an unusable id",
      { "x-request-id": "?", traceparent: `00-${trace}-00f067aa0ba902b7-01` },
      trace,
    ],
    ["drops a trace id of zeros", { traceparent: `00-${"0".repeat(32)}-00f067aa0ba902b7-01` }, newId],
    ["drops a malformed trace", { traceparent: `00-${trace.toUpperCase()}-00f067aa0ba902b7-01` }, newId],
    ["makes one without either", {}, newId],
  ])("%s", (_name, headers, expected) => {
    expect(requestIdOf(new Headers(headers))).toMatch(
      typeof expected === "string" ? new RegExp(`^${expected}$`) : expected,
    );
  });
});

describe("readBody", () => {
  const post = (body: BodyInit | null, headers: Record<string, string> = json) =>
    readBody(
      new Request(url, {
        method: "POST",
        body,
        headers,
        ...(body instanceof ReadableStream ? { duplex: "half" } : {}),
      }),
      "application/json",
    );
  const withLength = (body: string, length: number) => post(body, { ...json, "content-length": String(length) });

  it.each([
    ["application/json"],
    ["application/json; charset=utf-8"],
    ["Application/JSON;charset=UTF8"],
    ['application/json; charset="UTF-8"'],
    ["application/json; profile=x; charset=utf-8"],
  ])("takes %s", async (type) => expect(await post('{"é":1}', { "content-type": type })).toBe('{"é":1}'));

  it.each([
    ["text/plain"],
    ["application/json; charset=latin1"],
    ["application/jsonx"],
    ["application/problem+json"],
    ["multipart/form-data; boundary=application/json"],
    ["*/*"],
    [""],
  ])("answers 415 to %j", async (type) => {
    await expect(post("{}", { "content-type": type })).rejects.toMatchObject({
      data: { status: 415, code: "unsupported_media_type" },
    });
  });

  it("asks for no content type where there is no body", async () => {
    expect(await post(null, {})).toBe("");
    expect(await post("", { "content-length": "0" })).toBe("");
    expect(await post(new ReadableStream({ start: (controller) => controller.close() }), {})).toBe("");
  });

  it("refuses a declared length over the limit before it reads", async () => {
    await expect(withLength("{}", maximumBodyBytes + 1)).rejects.toMatchObject({
      data: { status: 413, code: "payload_too_large" },
    });
    expect(await withLength("{}", maximumBodyBytes)).toBe("{}");
  });

  it("stops an undeclared body at the limit, and takes one that ends there", async () => {
    const chunk = new Uint8Array(maximumBodyBytes / 4).fill(32);
    let pulled = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        pulled += 1;
        controller.enqueue(chunk);
      },
    });
    await expect(post(endless)).rejects.toMatchObject({ data: { status: 413, code: "payload_too_large" } });
    expect(pulled).toBeLessThan(8);
    const exact = new ReadableStream<Uint8Array>({
      start: (controller) => {
        for (let at = 0; at < 4; at++) controller.enqueue(chunk);
        controller.close();
      },
    });
    expect((await post(exact)).length).toBe(maximumBodyBytes);
  });

  it.each([
    ["of a declared length", { "content-length": "100" }],
    ["of none", {}],
  ])("answers 400, and fails in no other way, when a body %s breaks off", async (_title, headers) => {
    const broken = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.error(new Error("The client closed the connection.")),
    });
    await expect(post(broken, { "content-type": "application/json", ...headers })).rejects.toMatchObject({
      data: { status: 400, errors: [{ code: "incomplete_body" }] },
    });
  });

  it("puts characters together that chunks cut in two", async () => {
    const bytes = new TextEncoder().encode('{"a":"é😀"}');
    const bytewise = new ReadableStream<Uint8Array>({
      start: (controller) => {
        for (const byte of bytes) controller.enqueue(Uint8Array.of(byte));
        controller.close();
      },
    });
    expect(await post(bytewise)).toBe('{"a":"é😀"}');
  });

  it.each<[string, number[]]>([
    ["a lone surrogate", [0xed, 0xa0, 0x80]],
    ["a lone continuation byte", [0x80]],
    ["an overlong slash", [0xc0, 0xaf]],
    ["Latin-1", [0xe9]],
    ["a cut character", [0xf0, 0x9f, 0x98]],
  ])("refuses %s instead of replacing it", async (_name, bytes) => {
    await expect(post(Uint8Array.from([0x22, ...bytes, 0x22]))).rejects.toMatchObject({
      data: { status: 400, code: "validation_failed", errors: [{ pointer: "", code: "invalid_encoding" }] },
    });
  });

  it("gives back any text", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string(), fc.boolean(), async (text, isDeclared) => {
        const headers = isDeclared ? { ...json, "content-length": String(Buffer.byteLength(text)) } : json;
        expect(await post(text, headers)).toBe(text);
      }),
    );
  });
});

describe("queryOf", () => {
  it("reads names and values, and makes lists of what is repeated", () => {
    expect(queryOf(url)).toBeUndefined();
    expect(queryOf(`${url}?`)).toEqual({});
    expect(queryOf(`${url}?status=a%20b&limit=5&empty=&limit=6&limit=7&flag`)).toEqual({
      status: "a b",
      limit: ["5", "6", "7"],
      empty: "",
      flag: "",
    });
  });

  it.each(["__proto__=1", "_id=1", "$gt=1", "a%20b=1", "a[b]=1", "%00=1", "=1", `${"a".repeat(65)}=1`, "a.b=1"])(
    "refuses %s",
    (query) => {
      expect(() => queryOf(`${url}?${query}`)).toThrow(
        expect.objectContaining({
          data: expect.objectContaining({ status: 400, errors: [expect.objectContaining({ code: "unknown_field" })] }),
        }),
      );
    },
  );

  it.each(["%ED%A0%80=1", "%ff=1", "a=%", "a=%E0%A4", "a=%FF"])("refuses %s, which is no UTF-8", (query) => {
    expect(() => queryOf(`${url}?${query}`)).toThrow(
      expect.objectContaining({
        data: expect.objectContaining({ status: 400, errors: [expect.objectContaining({ code: "invalid_encoding" })] }),
      }),
    );
  });

  it("takes the names of Object's members as plain data, and repeats no long name", () => {
    const query = queryOf(`${url}?constructor=1&toString=2&hasOwnProperty=3&constructor=4`);
    expect(Object.entries(query ?? {})).toEqual([
      ["constructor", ["1", "4"]],
      ["toString", "2"],
      ["hasOwnProperty", "3"],
    ]);
    expect(() => queryOf(`${url}?${"~/".repeat(10_000)}`)).toThrow(
      expect.objectContaining({
        data: expect.objectContaining({ errors: [expect.objectContaining({ pointer: `/${"~0~1".repeat(32)}` })] }),
      }),
    );
  });

  it("never gives anything that Convex could not carry", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 40 }), (query) => {
        for (const [name, value] of Object.entries(readOrRefused(query))) {
          expect(name).toMatch(/^[A-Za-z][A-Za-z0-9]*$/);
          for (const text of [value].flat()) expect(text.isWellFormed()).toBe(true);
        }
      }),
    );
  });
});

/** What is read of a query, and nothing of one that is refused as not valid. */
function readOrRefused(query: string): Readonly<Record<string, string | string[]>> {
  try {
    return queryOf(`${url}?${query}`) ?? {};
  } catch (error) {
    if (error instanceof ProblemError && error.code === "validation_failed") return {};
    throw error;
  }
}
