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

describe("a request that is sent again", () => {
  const key = { "idempotency-key": "the-same-request" };
  const forms = [
    '{"name":"Again","metadata":{"a":1,"o":[true,null]}}',
    ' { "metadata" : { "o" : [ true, null ], "a" : 1.0 },\n "name" : "\\u0041gain" } ',
    '{"metadata":{"\\u006f":[true,null],"a":1e0},"name":"Again"}',
  ];

  it("is the same in any form that JSON and a URL give it", async () => {
    const [first, ...others] = forms;
    const created = await send(portico, "POST", "/v1/items", owner, first, key);
    expect(created.status, created.text).toBe(201);
    for (const [path, body] of [...others.map((form) => ["/v1/items", form]), ["/v1/items/", first]]) {
      const again = await send(portico, "POST", path ?? "", owner, body, key);
      expect([again.status, again.text, again.headers.get("idempotent-replayed")]).toEqual([201, created.text, "true"]);
    }
    const other = await send(portico, "POST", "/v1/items", owner, first?.replace("[true,null]", "[null,true]"), key);
    expectProblem(other, 409, "idempotency_conflict");
  });

  it("belongs to one caller", async () => {
    const admin = portico.demo.organizations[0]?.users.admin.token;
    const apiKey = portico.demo.organizations[0]?.apiKey;
    const ids = new Set<unknown>();
    for (const credential of [owner, admin, apiKey]) {
      const answer = await send(portico, "POST", "/v1/items", credential, forms[0], key);
      expect(answer.status, answer.text).toBe(201);
      ids.add(answer.body["id"]);
    }
    expect(ids.size).toBe(3);
  });
});

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

describe("values that look right", () => {
  it.each(["Mars/X", "not a zone", ""])("such as the time zone %j are 400", async (timezone) => {
    const acme = `/v1/organizations/${portico.demo.organizations[0]?.id ?? ""}`;
    expectProblem(await send(portico, "PATCH", acme, owner, { settings: { timezone } }), 400, "validation_failed");
    expectProblem(await send(portico, "PATCH", "/v1/me/settings", owner, { timezone }), 400, "validation_failed");
  });

  it("such as a currency that does not exist are 400", async () => {
    const acme = `/v1/organizations/${portico.demo.organizations[0]?.id ?? ""}`;
    const answer = await send(portico, "PATCH", acme, owner, { settings: { currency: "zzz" } });
    expectProblem(answer, 400, "validation_failed");
    expect((await send(portico, "PATCH", acme, owner, { settings: { currency: "chf" } })).status).toBe(200);
  });

  it.each([
    "schedules?userId=x",
    "todos?createdBy=me",
    "api-keys?createdBy=me",
    "agents?siteId=x",
    "memberships?roleId=x",
    "users?roleId=admin",
    "agent-api-logs?agentId=x",
    "schedules?createdFrom=2&createdTo=1",
    "audit-logs?from=2&to=1",
  ])("such as GET /v1/%s are 400", async (target) => {
    expectProblem(await send(portico, "GET", `/v1/${target}`, owner), 400, "validation_failed");
  });
});

describe("a device that enrols", () => {
  it("is one agent in any spelling of its GUID, and hands no key of an agent in use to whoever names it", async () => {
    const [organization] = portico.demo.organizations;
    const token = organization?.enrollmentToken ?? "";
    const guid = "4c4c4544-0035-5910-8052-b7c04f4e3132";
    const device = { hostname: "board", platform: "windows", version: "1.0.0" };
    const enrol = (spelling: string) =>
      send(portico, "POST", "/v1/agents/enroll", token, { guid: spelling, ...device });
    const first = await enrol(guid);
    expect(first.status, first.text).toBe(201);
    let key = String(first.body["key"]);
    for (const spelling of [guid.toUpperCase(), `{${guid}}`, guid.replaceAll("-", ""), `urn:uuid:${guid}`]) {
      const again = await enrol(spelling);
      expect([again.status, again.body["id"], again.body["guid"]], spelling).toEqual([200, first.body["id"], guid]);
      key = String(again.body["key"]);
      const listed = await send(portico, "GET", `/v1/agents?guid=${encodeURIComponent(spelling)}`, owner);
      expect(Object(listed.body)["data"]).toHaveLength(1);
    }
    expect((await send(portico, "POST", "/v1/agents/check-in", key, { version: "1.0.0" })).status).toBe(200);
    expectProblem(await enrol(guid), 409, "guid_in_use");
    expect((await send(portico, "POST", "/v1/agents/check-in", key, { version: "1.0.0" })).status).toBe(200);
    for (const shared of ["00000000-0000-0000-0000-000000000000", `{${guid}`, "--------"]) {
      expectProblem(await enrol(shared), 400, "validation_failed");
    }
  });
});
