import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { exchangeRaw } from "../../host/server/testServer.testing";
import { send, withoutRequestId } from "./client.testing";
import { expectProblem, expectWellFormedProblem, openHostileWorld, titled } from "./hostile.testing";
import { unknownIdLike } from "./world.testing";
import type { Answer } from "./client.testing";
import type { HostileWorld } from "./hostile.testing";
import type { TestPortico } from "../../scripts/portico/testPortico.testing";

let world: HostileWorld;
let portico: TestPortico;
let owner: string;
let foreignOwner: string;
let itemId: string;
let foreignItemId: string;

beforeAll(async () => {
  world = await openHostileWorld();
  ({ portico, owner, foreignOwner, itemId, foreignItemId } = world);
});
afterAll(() => portico.close());

const post = (body: unknown, headers: Record<string, string> = {}) =>
  send(portico, "POST", "/v1/items", owner, body, headers);
const get = (path: string, headers: Record<string, string> = {}) =>
  send(portico, "GET", path, owner, undefined, headers);

/** Posts bytes that are no JavaScript text, or a stream without a length. */
async function postBytes(body: BodyInit, headers: Record<string, string> = {}): Promise<Answer> {
  const response = await fetch(`${portico.siteUrl}/v1/items`, {
    method: "POST",
    headers: { authorization: `Bearer ${owner}`, "content-type": "application/json", ...headers },
    body,
    ...(body instanceof ReadableStream ? { duplex: "half" } : {}),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: text.startsWith("{") ? JSON.parse(text) : {},
  };
}

const nestedArrays = (levels: number) => "[".repeat(levels) + "]".repeat(levels);
const nestedObjects = (levels: number) => `${'{"a":'.repeat(levels)}1${"}".repeat(levels)}`;

describe("bodies", () => {
  it.each<[string, string]>([
    ["nothing but an opening brace", "{"],
    ["a trailing comma", '{"name":"x",}'],
    ["single quotes", "{'name':'x'}"],
    ["two documents", '{"name":"x"}{"name":"y"}'],
    ["NaN", '{"name":"x","metadata":{"a":NaN}}'],
    ["Infinity", '{"name":"x","metadata":{"a":-Infinity}}'],
    ["hexadecimal", '{"name":"x","metadata":{"a":0x10}}'],
    ["a raw newline in a string", '{"name":"a\nb"}'],
    ["a raw NUL", '{"name":"x"}\u0000'],
    ["an unclosed bomb of brackets", "[".repeat(1_000_000)],
    ["an array", "[]"],
    ["a hundred thousand nested arrays", nestedArrays(100_000)],
    ["null", "null"],
    ["a number", "5"],
    ["a string", '"name"'],
    ["thirty levels of metadata", `{"name":"x","metadata":${nestedObjects(30)}}`],
    ["a hundred thousand levels of metadata", `{"name":"x","metadata":${nestedObjects(100_000)}}`],
    ["a hundred thousand levels where text belongs", `{"name":${nestedArrays(100_000)}}`],
    ["a number beyond float64", '{"name":"x","metadata":{"a":1e999}}'],
    ["a number where text belongs", '{"name":12345678901234567890}'],
    ["null where text belongs", '{"name":null}'],
    ["an object where a list belongs", '{"name":"x","tags":{"0":"a","length":1}}'],
    ["a list where an object belongs", '{"name":"x","metadata":[]}'],
    ["nothing at all that it needs", "{}"],
    ["an unknown field", '{"name":"x","isAdmin":true}'],
    [
      "five thousand unknown fields",
      JSON.stringify(Object.fromEntries(Array.from({ length: 5000 }, (_, at) => [`field${at}`, 1]))),
    ],
    ["a name of a megabyte", JSON.stringify({ ["n".repeat(1_000_000)]: 1 })],
    ["a value of a megabyte", JSON.stringify({ name: "n".repeat(1_000_000) })],
    ["__proto__", '{"name":"x","__proto__":{"isAdmin":true}}'],
    ["an escaped __proto__", '{"name":"x","\\u005f_proto__":{"isAdmin":true}}'],
    ["constructor", '{"name":"x","constructor":{"prototype":{"isAdmin":true}}}'],
    ["__proto__ in metadata", '{"name":"x","metadata":{"__proto__":{"isAdmin":true}}}'],
    ["__proto__ deep in metadata", '{"name":"x","metadata":{"a":[{"__proto__":1}]}}'],
    ["a lone surrogate in text", '{"name":"\\ud800"}'],
    ["a lone surrogate in a list", '{"name":"x","tags":["\\udc00"]}'],
    ["a lone surrogate in metadata", '{"name":"x","metadata":{"a":["\\ud83d"]}}'],
    ["a lone surrogate as a name", '{"name":"x","\\ud800":1}'],
    ["a lone surrogate as a name in metadata", '{"name":"x","metadata":{"\\ud800":1}}'],
    ["a name that Convex reserves", '{"name":"x","metadata":{"$a":1}}'],
    ["a parameter of another operation", `{"name":"x","itemId":"x"}`],
  ])("%s is 400 validation_failed", async (_name, body) => {
    expectProblem(await post(body), 400, "validation_failed");
    expect({}).not.toHaveProperty("isAdmin");
  });

  it.each(["id", "organizationId", "createdBy", "createdAt", "updatedAt", "deletedAt"])(
    "a value for the server's own %s is 422 read_only_field",
    async (field) => {
      expectProblem(await post({ name: "x", [field]: "x" }), 422, "read_only_field");
      expectProblem(
        await send(portico, "PATCH", `/v1/items/${itemId}`, owner, { [field]: "x" }),
        422,
        "read_only_field",
      );
    },
  );

  it.each<[string, number[]]>([
    ["a raw lone surrogate", [0xed, 0xa0, 0x80]],
    ["Latin-1", [0xe9]],
    ["an overlong sequence", [0xc0, 0xaf]],
    ["UTF-16", [0xff, 0xfe]],
  ])("%s is not UTF-8", async (_name, bytes) => {
    const body = Buffer.concat([Buffer.from('{"name":"'), Buffer.from(bytes), Buffer.from('"}')]);
    expectProblem(await postBytes(body), 400, "validation_failed");
  });

  it("keeps names of Object's members, and text that only looks dangerous, as plain data", async () => {
    const body = {
      name: "'; DROP TABLE items; --",
      description: "\u0000<script>\u202e",
      metadata: { constructor: { prototype: 1 }, toString: "x" },
    };
    const answer = await post(body);
    expect([answer.status, answer.body]).toEqual([201, expect.objectContaining(body)]);
  });

  it.each([21 * 1024 * 1024, 5 * 1024 * 1024])(
    "%i bytes are 413, declared or not, and nothing is stored",
    async (sizeBytes) => {
      const body = Buffer.alloc(sizeBytes, 32);
      expectProblem(await postBytes(body), 413, "payload_too_large");
      expectProblem(await postBytes(new Blob([body]).stream()), 413, "payload_too_large");
    },
  );

  it("takes a body in chunks of a byte", async () => {
    const bytes = new TextEncoder().encode('{"name":"é"}');
    const stream = new ReadableStream<Uint8Array>({
      start: (controller) => {
        for (const byte of bytes) controller.enqueue(Uint8Array.of(byte));
        controller.close();
      },
    });
    const answer = await postBytes(stream);
    expect([answer.status, answer.body["name"]]).toEqual([201, "é"]);
  });

  it.each([
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/json; charset=utf-16",
    "application/xml",
    "application/json, text/plain",
  ])("as %s are 415", async (type) =>
    expectProblem(await post("{}", { "content-type": type }), 415, "unsupported_media_type"),
  );

  it("do not change what a GET answers, nor the request behind it", async () => {
    const head = (path: string, more: string) =>
      `GET ${path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${owner}\r\n${more}\r\n`;
    const body = '{"name":"GET /v1/items"}';
    const answer = await exchangeRaw(
      portico.siteUrl,
      `${head(`/v1/items/${itemId}`, `content-length: ${body.length}\r\n`)}${body}${head("/v1/nothing", "connection: close\r\n")}`,
    );
    expect(answer.match(/HTTP\/1\.1 \d+/g)).toEqual(["HTTP/1.1 200", "HTTP/1.1 404"]);
  });
});

describe("random bodies", () => {
  const field = fc.oneof(
    fc.constantFrom("name", "status", "description", "tags", "metadata"),
    fc.constantFrom("id", "organizationId", "__proto__", "constructor"),
    fc.string({ maxLength: 4 }),
  );
  const utf16 = fc.string({ unit: fc.nat({ max: 0xffff }).map((unit) => String.fromCharCode(unit)), maxLength: 8 });
  const value = fc.oneof(
    fc.string({ maxLength: 8 }),
    utf16,
    fc.array(fc.string({ maxLength: 4 }), { maxLength: 4 }),
    fc.jsonValue({ maxDepth: 10 }),
    fc.dictionary(fc.string({ maxLength: 4 }), fc.jsonValue({ maxDepth: 4 }), { maxKeys: 4 }),
  );
  const object = fc.array(fc.tuple(field, value), { maxLength: 4 }).map((entries) => Object.fromEntries(entries));
  const key = fc.string({ minLength: 1, maxLength: 4, unit: fc.constantFrom(..."aZ09 .:/@_-".split("")) });
  const named = fc.record({
    name: fc.string({ minLength: 1, maxLength: 8 }),
    metadata: fc.dictionary(
      key,
      fc.oneof(fc.string(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.jsonValue({ maxDepth: 3 })),
      { maxKeys: 4 },
    ),
  });
  const bodyText = fc.oneof(
    fc.oneof(object, named, named, fc.jsonValue()).map((body) => JSON.stringify(body)),
    fc.tuple(named, fc.nat({ max: 40 })).map(([body, length]) => JSON.stringify(body).slice(0, length)),
  );
  const operations: readonly (readonly [method: string, path: () => string, status: number])[] = [
    ["POST", () => "/v1/items", 201],
    ["PATCH", () => `/v1/items/${itemId}`, 200],
  ];

  it.each(operations)(
    "%s answers with what was sent, or with a problem of 400 or 422",
    async (method, path, success) => {
      let accepted = 0;
      await fc.assert(
        fc.asyncProperty(bodyText, async (text) => {
          const answer = await send(portico, method, path(), owner, text);
          if (answer.status !== success) return expectRefused(answer);
          accepted += 1;
          const sent: object = JSON.parse(text === "" ? "{}" : text);
          for (const [name, given] of Object.entries(sent)) expect(answer.body[name] ?? null).toEqual(given);
        }),
        { numRuns: 200 },
      );
      expect(accepted).toBeGreaterThan(10);
    },
  );
});

describe("parameters", () => {
  it.each(
    [
      "limit=0",
      "limit=-1",
      "limit=101",
      "limit=1.5",
      "limit=1e1",
      "limit=NaN",
      "limit=Infinity",
      "limit=",
      "limit=99999999999999999999",
      "limit=2&limit=2",
      "limit[]=2",
      "nonsense=1",
      "constructor=1",
      "toString=1",
      "hasOwnProperty=1&hasOwnProperty=2",
      "__proto__=1",
      "__proto__[limit]=1",
      "$where=1",
      "_id=1",
      "%00=1",
      "%ED%A0%80=1",
      "sort=constructor",
      "sort=--name",
      "sort=name&sort=name",
      "createdFrom=-1",
      "createdFrom=8640000000000001",
      "createdFrom=yesterday",
      "deleted=true",
      "deleted=only&deleted=only",
      `status=${"x".repeat(41)}`,
      "status=a&status=b",
      "status=",
      `cursor=${"x".repeat(4097)}`,
      "cursor=",
      "organizationId=x",
      "itemId=x",
    ].map(titled),
  )("%s is 400 validation_failed", async (_title, query) =>
    expectProblem(await get(`/v1/items?${query}`), 400, "validation_failed"),
  );

  it("that no index answers together are 400 unsupported_filter", async () => {
    expectProblem(await get("/v1/items?status=open&sort=name"), 400, "unsupported_filter");
  });

  it.each(["short", "with space in it", "é".repeat(10), "a".repeat(129)].map(titled))(
    "the idempotency key %s is 400",
    async (_title, key) => {
      expectProblem(await post({ name: "x" }, { "idempotency-key": key }), 400, "idempotency_key_invalid");
    },
  );
});

describe("cursors", () => {
  it("of another organization, list, filter or order, cut, changed or made up, are 400 and show nothing", async () => {
    for (let count = 0; count < 3; count++)
      await send(portico, "POST", "/v1/items", foreignOwner, { name: `n${count}` });
    for (let count = 0; count < 3; count++) await post({ name: `n${count}` });
    const cursorOf = ({ body }: Answer) => encodeURIComponent(String(Object(body["page"])["nextCursor"]));
    const mine = cursorOf(await get("/v1/items?limit=1"));
    const theirs = cursorOf(await send(portico, "GET", "/v1/items?limit=1", foreignOwner));
    expect((await get(`/v1/items?cursor=${mine}`)).status).toBe(200);
    for (const path of [
      `/v1/items?cursor=${theirs}`,
      `/v1/todos?cursor=${mine}`,
      `/v1/items?status=open&cursor=${mine}`,
      `/v1/items?sort=name&cursor=${mine}`,
      `/v1/items?sort=created&cursor=${mine}`,
      `/v1/items?deleted=only&cursor=${mine}`,
      `/v1/items?cursor=${mine.slice(0, 10)}`,
      `/v1/items?cursor=${mine}x`,
      "/v1/items?cursor=null",
      "/v1/items?cursor=%00",
      `/v1/items?cursor=${encodeURIComponent("[1,2]")}`,
      `/v1/items?cursor=${"A".repeat(4096)}`,
    ]) {
      expectProblem(await get(path), 400, "invalid_cursor");
    }
    for (let at = 0; at < mine.length; at += 3) {
      const changed = `${mine.slice(0, at)}${mine[at] === "A" ? "B" : "A"}${mine.slice(at + 1)}`;
      const answer = await get(`/v1/items?cursor=${changed}`);
      expect([undefined, "invalid_cursor"]).toContain(answer.body["code"]);
      expect(answer.text).not.toContain(foreignItemId);
    }
  });
});

describe("ids and paths", () => {
  it.each<[method: string, suffix: string, body: object | undefined]>([
    ["GET", "", undefined],
    ["PATCH", "", { name: "x" }],
    ["DELETE", "", undefined],
    ["DELETE", "?permanent=true", undefined],
    ["POST", "/restore", {}],
  ])("%s /v1/items/{itemId}%s answers alike for foreign, missing and impossible ids", async (method, suffix, body) => {
    const answers: Answer[] = [];
    for (const id of [
      foreignItemId,
      unknownIdLike(itemId),
      portico.demo.organizations[0]?.id ?? "",
      "x",
      "%00",
      "..%2f..",
      "%ff",
      "%",
      `${itemId}%00`,
      itemId.toUpperCase(),
      "constructor",
      "a".repeat(10_000),
    ]) {
      answers.push(await send(portico, method, `/v1/items/${id}${suffix}`, owner, body));
    }
    for (const answer of answers) {
      expectProblem(answer, 404, "not_found");
      expect(withoutRequestId(answer)).toEqual(withoutRequestId(answers[0] ?? answer));
    }
    expect((await send(portico, "GET", `/v1/items/${foreignItemId}`, foreignOwner)).body["name"]).toBe("Theirs");
  });

  it.each(
    [
      "/v1/nothing",
      "/v2",
      "//v1/items",
      "/v1/items//",
      "/v1%2fitems",
      "/V1/items",
      "/v1/items%2Fbatch",
      "/v1/items/x/y/z",
      "/v1/../etc/passwd",
      "/v1/items/..%5c..",
      "/.env",
      "/http/v1/items",
      `/v1/${"a/".repeat(5000)}`,
    ].map(titled),
  )("%s is 404", async (_title, path) => expectProblem(await get(path), 404, "not_found"));

  it("refuses methods that a path does not have, and names those it has", async () => {
    const answer = await send(portico, "PUT", `/v1/items/${itemId}`, owner, {});
    expectProblem(answer, 405, "method_not_allowed");
    expect(answer.headers.get("allow")?.split(", ").sort()).toEqual(["DELETE", "GET", "HEAD", "OPTIONS", "PATCH"]);
    expectProblem(await send(portico, "DELETE", "/v1/items", owner), 405, "method_not_allowed");
    expectProblem(await get("/v1/items", { accept: "text/html" }), 406, "not_acceptable");
  });

  it.each(["no-such-organization", "__proto__", "é", "' OR 1=1", "x".repeat(5000)].map(titled))(
    "%s for an organization is refused like a foreign one",
    async (_title, name) => {
      const unknown = await get("/v1/items", { "portico-organization": name });
      const foreign = await get("/v1/items", { "portico-organization": world.foreignSlug });
      expectProblem(foreign, 403, "tenant_mismatch");
      expect(withoutRequestId(unknown)).toEqual(withoutRequestId(foreign));
    },
  );
});

/** Expects a refusal of the input itself. */
function expectRefused(answer: Answer): void {
  expect([400, 422]).toContain(answer.status);
  expectWellFormedProblem(answer);
}

it("left no unexpected failure in the log", () => {
  expect(portico.logLines.filter((line) => line.includes("[ERROR]"))).toEqual([]);
});
