import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestPortico } from "../../scripts/portico/testPortico.testing";
import { send } from "./client.testing";
import { expectProblem } from "./hostile.testing";
import type { TestPortico } from "../../scripts/portico/testPortico.testing";

let portico: TestPortico;
let owner: string;

beforeAll(async () => {
  portico = await startTestPortico();
  owner = portico.demo.organizations[0]?.users.owner.token ?? "";
});
afterAll(() => portico.close());

const unsorted = { b: 1, a: { z: [{ y: 1, x: 2 }], c: null }, "10": true, "9": false };

describe("the tag of an answer to a write", () => {
  it.each([
    ["/v1/items", { name: "Tagged" }, { name: "Changed" }],
    ["/v1/sites", { name: "Tagged" }, { name: "Changed" }],
    ["/v1/organizations", { name: "Tagged" }, { name: "Changed" }],
  ])("is the row's, whatever the order of the fields that were sent: %s", async (path, body, change) => {
    // A token that names no organization reaches the new one as well.
    const claims = { email: "tags@forms.example", email_verified: true, name: "Tags" };
    const person = await portico.issuer.mintUserToken({ sub: "tags", ...claims }, 3600);
    const token = path === "/v1/organizations" ? person : owner;
    const created = await send(portico, "POST", path, token, { ...body, metadata: unsorted });
    expect(created.status, created.text).toBe(201);
    const address = `${path}/${String(created.body["id"])}`;
    const read = await send(portico, "GET", address, token);
    expect([created.text, created.headers.get("etag")]).toEqual([read.text, read.headers.get("etag")]);
    const changed = await send(
      portico,
      "PATCH",
      address,
      token,
      { ...change, metadata: { q: 1, ...unsorted } },
      match(created),
    );
    expect(changed.status, changed.text).toBe(200);
    const again = await send(portico, "PATCH", address, token, body, match(changed));
    expect(again.status, again.text).toBe(200);
  });

  it("is so for a person's own settings", async () => {
    const changed = await send(portico, "PATCH", "/v1/me/settings", owner, { dashboardLayout: unsorted });
    expect(changed.status, changed.text).toBe(200);
    expect((await send(portico, "GET", "/v1/me/settings", owner)).text).toBe(changed.text);
  });

  it("still names the row after a proxy that compresses, and nothing does that is no tag", async () => {
    const created = await send(portico, "POST", "/v1/items", owner, { name: "Proxied" });
    const address = `/v1/items/${String(created.body["id"])}`;
    let tag = created.headers.get("etag") ?? "";
    for (const form of ["W/$1", '"$2-gzip"', 'W/"$2;br"']) {
      const listed = tag.replace(/^("(.*)")$/u, form);
      const current = await send(portico, "GET", address, owner, undefined, { "if-none-match": listed });
      expect(current.status, listed).toBe(304);
      const change = { name: `Changed ${form}` };
      const changed = await send(portico, "PATCH", address, owner, change, { "if-match": listed });
      expect(changed.status, changed.text).toBe(200);
      const stale = await send(portico, "PATCH", address, owner, { name: "Stale" }, { "if-match": listed });
      expectProblem(stale, 412, "precondition_failed");
      tag = changed.headers.get("etag") ?? "";
    }
    for (const header of ["if-match", "if-none-match"]) {
      for (const malformed of ["abc", '"abc', tag.slice(1, -1), "w/x"]) {
        const answer = await send(portico, "PATCH", address, owner, { name: "No" }, { [header]: malformed });
        expectProblem(answer, 400, "validation_failed");
      }
    }
  });
});

const match = ({ headers }: { readonly headers: Headers }) => ({ "if-match": headers.get("etag") ?? "" });

describe("a body in a coding", () => {
  it.each(["gzip", "br", "deflate", "zstd", "x-gzip", "gzip, gzip"])("%s is 415 with what is taken", async (coding) => {
    for (const [path, type] of [
      ["/v1/items", "application/json"],
      ["/v1/oauth/token", "application/x-www-form-urlencoded"],
    ] as const) {
      for (const body of [gzipSync('{"name":"x"}'), Buffer.from('{"name":"x"}')]) {
        const headers = { authorization: `Bearer ${owner}`, "content-type": type, "content-encoding": coding };
        const response = await fetch(portico.siteUrl + path, { method: "POST", headers, body });
        expect([path, response.status, response.headers.get("accept-encoding")]).toEqual([path, 415, "identity"]);
      }
    }
  });
});

it.each(["%", "%FF", "%E0%A4", "%ED%A0%80", "a%"])(
  "a query that says %s is 400 rather than another text",
  async (text) => {
    for (const path of ["/v1/items?status=", "/v1/roles?name=", "/v1/audit-logs?tableName="]) {
      const answer = await send(portico, "GET", path + text, owner);
      expectProblem(answer, 400, "validation_failed");
    }
  },
);

describe("a body of many values", () => {
  const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, at) => [`f${at}`, at]));

  it("is one refusal", async () => {
    for (const body of [
      many(200_000),
      { metadata: many(200_000) },
      { text: Array.from({ length: 200_000 }, () => ({})) },
    ]) {
      const answer = await send(portico, "POST", "/v1/todos", owner, body);
      expectProblem(answer, 400, "validation_failed");
      expect(answer.text.length).toBeLessThan(1000);
    }
    const answer = await send(portico, "POST", "/v1/todos", owner, many(2000));
    expectProblem(answer, 400, "validation_failed");
    expect(answer.text.length).toBeLessThan(1000);
  });

  it("counts no comma inside a text", async () => {
    const text = `${",[{".repeat(600)}\\"`;
    const answer = await send(portico, "POST", "/v1/items", owner, {
      name: "Commas",
      metadata: { text, quoted: '",[' },
    });
    expect(answer.status, answer.text).toBe(201);
  });
});
