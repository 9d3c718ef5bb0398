import { readdirSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestPortico } from "../../scripts/portico/testPortico.testing";
import {
  brokenImages,
  bytesOfSize,
  markupFiles,
  pngOfSize,
  polyglots,
  wholeFiles,
} from "../../convex/platform/files/samples.testing";
import { send } from "./client.testing";
import { uploadFile, uploadToUrl } from "./uploads.testing";
import { createMember, createWorld } from "./world.testing";
import type { Answer } from "./client.testing";
import type { World } from "./world.testing";
import type { TestPortico } from "../../scripts/portico/testPortico.testing";

let portico: TestPortico;
let world: World;

beforeAll(async () => {
  portico = await startTestPortico();
  world = await createWorld(portico);
});
afterAll(() => portico.close());

const mebibyte = 1024 * 1024;

interface Upload {
  readonly name?: string;
  readonly purpose?: string;
  readonly contentType?: string;
  readonly credential?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Uploads over REST, and reads the whole answer. */
async function upload(bytes: Uint8Array<ArrayBuffer> | string, given: Upload = {}): Promise<Answer> {
  const { name = "file.bin", purpose, contentType = "application/octet-stream", headers = {} } = given;
  const { credential = world.owner } = given;
  const response = await fetch(`${portico.siteUrl}/v1/files`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${credential}`,
      "content-type": contentType,
      "x-file-name": encodeURIComponent(name),
      ...(purpose === undefined ? {} : { "x-file-purpose": purpose }),
      ...headers,
    },
    body: bytes,
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: JSON.parse(text) };
}

const statusAndCode = ({ status, body }: Answer) => [status, body["code"]];
const call = (method: string, target: string, token: string | undefined, body?: unknown, headers = {}) =>
  send(portico, method, `/v1${target}`, token, body, headers);
const content = (id: string, headers: Readonly<Record<string, string>> = {}, token = world.owner) =>
  fetch(`${portico.siteUrl}/v1/files/${id}/content`, { headers: { authorization: `Bearer ${token}`, ...headers } });

describe("a file", () => {
  it("goes in as bytes and comes out as the same bytes, by its own type, name and hash", async () => {
    const uploaded = await upload(wholeFiles.png.bytes, { name: "pictures/Größe 🙂.png", contentType: "text/html" });
    expect(uploaded.status, uploaded.text).toBe(201);
    const { id, sha256 } = uploaded.body;
    expect(uploaded.body).toMatchObject({
      name: "Größe 🙂.png",
      contentType: "image/png",
      size: wholeFiles.png.bytes.byteLength,
      width: 1,
      height: 1,
      purpose: "other",
      refCount: 0,
    });
    const listed = await call("GET", "/files?purpose=other&limit=1", world.owner);
    expect(listed.body["data"]).toMatchObject([{ id }]);
    const response = await content(String(id));
    expect([response.status, new Uint8Array(await response.arrayBuffer())]).toEqual([200, wholeFiles.png.bytes]);
    const headers = Object.fromEntries(response.headers);
    expect(headers).toMatchObject({
      "content-type": "image/png",
      "content-disposition": "inline; filename=\"Gr__e _.png\"; filename*=UTF-8''Gr%C3%B6%C3%9Fe%20%F0%9F%99%82.png",
      "content-security-policy": "sandbox; default-src 'none'",
      "x-content-type-options": "nosniff",
      etag: `"${String(sha256)}"`,
    });
  });

  it.each([
    ["bytes=1-3", 206, "ome", "bytes 1-3/10"],
    ["bytes=-2", 206, "t.", "bytes 8-9/10"],
    ["bytes=8-", 206, "t.", "bytes 8-9/10"],
    ["bytes=8-99", 206, "t.", "bytes 8-9/10"],
    ["bytes=3-1", 200, "Some text.", null],
    ["bytes=0-1,3-4", 200, "Some text.", null],
    ["bytes=10-", 416, "range_not_satisfiable", null],
    ["bytes=-0", 416, "range_not_satisfiable", null],
  ])("is sent in part for %s", async (range, status, text, contentRange) => {
    const { id } = await uploadFile(portico, world.owner, "other", "Some text.");
    const response = await content(id, { range });
    expect([response.status, response.headers.get("content-range")]).toEqual([status, contentRange]);
    expect(await response.text()).toContain(text);
  });

  it("is not sent to those who have it, and to nobody under another state of it", async () => {
    const { id } = await uploadFile(portico, world.owner, "other", "Some text.");
    const etag = (await content(id)).headers.get("etag") ?? "";
    expect((await content(id, { "if-none-match": etag })).status).toBe(304);
    expect((await content(id, { range: "bytes=0-0", "if-range": '"other"' })).status).toBe(200);
    expect((await content(id, { range: "bytes=0-0", "if-range": etag })).status).toBe(206);
  });

  it("is deleted under the entity tag that its answer had, links or no links", async () => {
    const { id } = await uploadFile(portico, world.owner, "other", "Some text.");
    const etag = (await call("GET", `/files/${id}`, world.owner)).headers.get("etag") ?? "";
    expect(
      statusAndCode(await call("DELETE", `/files/${id}`, world.owner, undefined, { "if-match": '"other"' })),
    ).toEqual([412, "precondition_failed"]);
    expect((await call("DELETE", `/files/${id}`, world.owner, undefined, { "if-match": etag })).status).toBe(204);
    expect((await content(id)).status).toBe(404);
    expect((await call("DELETE", `/files/${id}?permanent=true`, world.owner)).status).toBe(204);
    expect((await call("DELETE", `/files/${id}?permanent=true`, world.owner)).status).toBe(404);
  });
});

describe("what bytes are", () => {
  it.each(Object.entries(markupFiles))(
    "serves %s as bytes to save, whatever it was said to be",
    async (_name, text) => {
      const uploaded = await upload(text, { name: "page.png", contentType: "image/png" });
      expect(uploaded.body).toMatchObject({ contentType: "application/octet-stream" });
      const response = await content(String(uploaded.body["id"]));
      expect(response.headers.get("content-type")).toBe("application/octet-stream");
      expect(response.headers.get("content-disposition")).toMatch(/^attachment;/);
      // Reading it as text would leave a mark of order out.
      expect(Buffer.from(await response.arrayBuffer()).toString()).toBe(text);
      expect(statusAndCode(await upload(text, { purpose: "logo", contentType: "image/png" }))).toEqual([
        422,
        "not_an_image",
      ]);
    },
  );

  it("refuses a script whose first letters are a picture's: they say that it is as wide as a house", async () => {
    expect(statusAndCode(await upload(polyglots["GIF and JavaScript"].bytes))).toEqual([422, "image_too_large"]);
  });

  it.each(Object.entries(polyglots).filter(([name]) => name !== "GIF and JavaScript"))(
    "serves %s under a type that runs nothing",
    async (_name, { bytes }) => {
      const uploaded = await upload(bytes);
      const response = await content(String(uploaded.body["id"]));
      expect(response.headers.get("content-security-policy")).toBe("sandbox; default-src 'none'");
      expect(response.headers.get("x-content-type-options")).toBe("nosniff");
      expect(response.headers.get("content-type")).not.toMatch(/html|svg|xml|javascript/);
    },
  );

  it.each(Object.entries(brokenImages))("refuses %s as a picture", async (_name, bytes) => {
    expect(statusAndCode(await upload(Uint8Array.from(bytes), { purpose: "logo" }))).toEqual([422, "not_an_image"]);
  });

  it("refuses a picture that takes gigabytes to look at, whatever it is for", async () => {
    for (const purpose of ["logo", "other"])
      expect(statusAndCode(await upload(pngOfSize(60_000, 60_000), { purpose }))).toEqual([422, "image_too_large"]);
  });

  it("takes no type for a picture's purpose that says something else", async () => {
    const answer = await upload(wholeFiles.png.bytes, { purpose: "logo", contentType: "text/html" });
    expect(statusAndCode(answer)).toEqual([415, "unsupported_media_type"]);
  });
});

describe("names", () => {
  it.each([
    ["../../etc/passwd", "passwd"],
    ["C:\\fakepath\\logo.png", "logo.png"],
    [`quo"te'.txt`, `quo"te'.txt`],
    ["100%.txt", "100%.txt"],
    ["👩‍🚀.txt", "👩‍🚀.txt"],
  ])("keeps of %j %j", async (given, name) => {
    const uploaded = await upload("Some text.", { name: given });
    expect(uploaded.body, uploaded.text).toMatchObject({ name });
    const disposition = (await content(String(uploaded.body["id"]))).headers.get("content-disposition") ?? "";
    const encoded = /filename\*=UTF-8''(.*)$/.exec(disposition)?.[1] ?? "";
    expect(decodeURIComponent(encoded)).toBe(name);
  });

  it.each(["a\r\nSet-Cookie: x=1", "a\u0000b", "invoice\u202efdp.exe", "dir/", "", "a".repeat(256)])(
    "refuses %j",
    async (name) => {
      const answer = await upload("Some text.", { name });
      expect([answer.status, answer.body["errors"]]).toMatchObject([400, [{ pointer: "/X-File-Name" }]]);
    },
  );

  it("refuses what is not percent-encoded UTF-8, and no name at all", async () => {
    for (const value of ["%", "%ff", "%ed%a0%80"])
      expect((await upload("x", { headers: { "x-file-name": value } })).status).toBe(400);
    const nameless = await call("POST", "/files", world.owner, "x", { "content-type": "text/plain" });
    expect(nameless.body["errors"]).toMatchObject([{ pointer: "/X-File-Name", code: "required" }]);
    expect(nameless.body["detail"]).toBe("/X-File-Name: This field is required.");
  });
});

describe("limits", () => {
  it("takes 20 MiB in a request, and refuses one byte more", async () => {
    const taken = await upload(bytesOfSize(20 * mebibyte));
    expect(taken.status, taken.text).toBe(201);
    const response = await content(String(taken.body["id"]));
    expect((await response.arrayBuffer()).byteLength).toBe(20 * mebibyte);
    expect(statusAndCode(await upload(bytesOfSize(20 * mebibyte + 1)))).toEqual([413, "payload_too_large"]);
  });

  it("promises no upload URL for what would be refused", async () => {
    const ask = (body: object) => call("POST", "/files/upload-url", world.owner, body);
    expect((await ask({ size: 50 * mebibyte })).status).toBe(200);
    expect((await ask({ size: 50 * mebibyte + 1 })).status).toBe(400);
    expect((await ask({ purpose: "favicon", size: 512 * 1024 })).status).toBe(200);
    expect(statusAndCode(await ask({ purpose: "favicon", size: 512 * 1024 + 1 }))).toEqual([413, "payload_too_large"]);
  });

  it("sends what is larger than an answer from the storage's own address, under the same headers", async () => {
    const storageId = await uploadToUrl(portico, world.owner, bytesOfSize(20 * mebibyte + 1));
    const { body } = await call("POST", "/files/register", world.owner, { storageId, name: "large.txt" });
    expect(body).toMatchObject({ size: 20 * mebibyte + 1, contentType: "application/octet-stream" });
    const headers = { authorization: `Bearer ${world.owner}` };
    const moved = await fetch(`${portico.siteUrl}/v1/files/${String(body["id"])}/content`, {
      headers,
      redirect: "manual",
    });
    expect([moved.status, moved.headers.get("location")]).toEqual([302, expect.stringContaining("/api/storage/")]);
    const response = await fetch(moved.headers.get("location") ?? "");
    expect((await response.arrayBuffer()).byteLength).toBe(20 * mebibyte + 1);
    expect(response.headers.get("content-security-policy")).toBe("sandbox; default-src 'none'");
    expect(response.headers.get("content-disposition")).toBe("attachment");
  });
});

describe("uploads by URL", () => {
  it("are registered once, by one of many, and are nobody else's", async () => {
    const storageId = await uploadToUrl(portico, world.owner, "Some text.");
    const answers = await Promise.all(
      Array.from({ length: 16 }, () => call("POST", "/files/register", world.owner, { storageId, name: "a.txt" })),
    );
    const outcomes = answers.map(statusAndCode).toSorted(([left], [right]) => Number(left) - Number(right));
    expect(outcomes).toEqual([[201, undefined], ...Array.from({ length: 15 }, () => [409, "already_registered"])]);
    const foreign = await call("POST", "/files/register", world.foreignOwner, { storageId, name: "a.txt" });
    const missing = await call("POST", "/files/register", world.foreignOwner, {
      storageId: world.rows["users"],
      name: "a.txt",
    });
    expect(foreign.status).toBe(404);
    expect(missing.status === 404 || missing.status === 400).toBe(true);
    expect(foreign.body["detail"]).not.toContain("organization");
  });

  const register = (storageId: string, more: object, token = world.owner) =>
    call("POST", "/files/register", token, { storageId, name: "a.png", ...more });

  it("are where they were after a registration that is refused, whatever for", async () => {
    const storageId = await uploadToUrl(portico, world.owner, bytesOfSize(512 * 1024 + 1));
    expect(statusAndCode(await register(storageId, { purpose: "logo" }, world.tokens.viewer))).toEqual([
      403,
      "forbidden",
    ]);
    expect((await register(storageId, { name: "" })).status).toBe(400);
    expect(statusAndCode(await register(storageId, { purpose: "logo" }))).toEqual([422, "not_an_image"]);
    expect(statusAndCode(await register(storageId, { purpose: "favicon" }))).toEqual([413, "payload_too_large"]);
    expect((await register(storageId, {})).status).toBe(201);
  });

  it("are registered by whoever asked for the URL, and by nobody else who knows the storage id", async () => {
    const storageId = await uploadToUrl(portico, world.owner, "Some text.");
    const key = (await call("POST", "/api-keys", world.owner, { name: "Uploads", scopes: ["file:create"] })).body;
    const others = [world.foreignOwner, world.tokens.admin, String(key["key"]), world.globex.apiKey];
    for (const token of others)
      for (const purpose of ["other", "logo"])
        expect(statusAndCode(await register(storageId, { purpose }, token))).toEqual([404, "not_found"]);
    expect((await register(storageId, {})).status).toBe(201);
  });

  it("are nobody's without the media type that says whose they are, or with more bytes than were announced", async () => {
    const ask = async () => (await call("POST", "/files/upload-url", world.owner, { size: 10 })).body;
    const sent = async (url: unknown, contentType: string, bytes: string) => {
      const response = await fetch(String(url), {
        method: "POST",
        headers: { "content-type": contentType },
        body: bytes,
      });
      return String(Object(await response.json()).storageId);
    };
    const { url, contentType } = await ask();
    expect(contentType).toMatch(/^application\/octet-stream; upload=[a-z0-9]+$/);
    expect(statusAndCode(await register(await sent(url, "text/plain", "Some text."), {}))).toEqual([404, "not_found"]);
    const larger = await ask();
    const storageId = await sent(larger["url"], String(larger["contentType"]), "Some texts.");
    expect(statusAndCode(await register(storageId, {}))).toEqual([413, "payload_too_large"]);
  });
});

describe("links", () => {
  it("show the bytes to whoever has them, as long as whoever asked may read files", async () => {
    const { id } = await uploadFile(portico, world.owner, "other", "Some text.");
    const member = await createMember(portico, world.acme, "member");
    const { url } = Object((await call("GET", `/files/${id}`, member.token)).body);
    const response = await fetch(url, { headers: { range: "bytes=0-3" } });
    expect([response.status, await response.text()]).toEqual([206, "Some"]);
    expect(response.headers.get("content-disposition")).toMatch(/^attachment;/);
    expect(response.headers.get("cache-control")).toBe("private, no-store");
    await call("DELETE", `/memberships/${member.membershipId}`, world.owner);
    const refused = await fetch(url);
    expect([refused.status, Object(await refused.json()).code]).toEqual([403, "link_expired"]);
  });

  it("hold no longer than the key that asked for them, and than the file", async () => {
    const { id } = await uploadFile(portico, world.owner, "other", "Some text.");
    const key = (await call("POST", "/api-keys", world.owner, { name: "Links", scopes: ["file:read"] })).body;
    const byKey = Object((await call("GET", `/files/${id}`, String(key["key"]))).body).url;
    const byOwner = Object((await call("GET", `/files/${id}`, world.owner)).body).url;
    expect((await fetch(byKey)).status).toBe(200);
    await call("POST", `/api-keys/${String(key["id"])}/revoke`, world.owner, {});
    expect((await fetch(byKey)).status).toBe(403);
    expect((await fetch(byOwner)).status).toBe(200);
    await call("DELETE", `/files/${id}`, world.owner);
    expect((await fetch(byOwner)).status).toBe(403);
  });

  it("hold no longer than the access token that asked for them", async () => {
    const { id } = await uploadFile(portico, world.owner, "other", "Some text.");
    const key = (await call("POST", "/api-keys", world.owner, { name: "Tokens", scopes: ["file:read"] })).body;
    const form = (target: string, fields: Record<string, string>) =>
      fetch(`${portico.siteUrl}/v1/oauth/${target}`, {
        method: "POST",
        body: new URLSearchParams({ ...fields, client_id: "any", client_secret: String(key["key"]) }),
      });
    const { access_token: token } = Object(await (await form("token", { grant_type: "client_credentials" })).json());
    const urlBy = async (credential: unknown) =>
      String(Object((await call("GET", `/files/${id}`, String(credential))).body).url);
    const [byToken, byKey] = [await urlBy(token), await urlBy(key["key"])];
    expect((await fetch(byToken)).status).toBe(200);
    expect((await form("revoke", { token })).status).toBe(200);
    expect([(await fetch(byToken)).status, (await fetch(byKey)).status]).toEqual([403, 200]);
  });

  it.each(["", "x", "jd7b9n2m4q6s8v0x1z3c5f7h9k2m4p6r.user.jd7b9n2m4q6s8v0x1z3c5f7h9k2m4p6r..9999999999999.AAAA"])(
    "refuse what they are not: %s",
    async (token) => {
      const answer = await call("GET", `/file-content?link=${token}`, undefined);
      expect(statusAndCode(answer)).toEqual([403, "link_expired"]);
    },
  );
});

describe("fields that hold files", () => {
  const setLogo = (logoStorageId: string | null, token = world.owner) =>
    call("PATCH", `/organizations/${world.acme.slug}`, token, { logoStorageId });
  const refCountOf = async (id: string) => (await call("GET", `/files/${id}`, world.owner)).body["refCount"];

  it("count the files that they hold, and keep them", async () => {
    const [first, second] = [
      await uploadFile(portico, world.owner, "logo"),
      await uploadFile(portico, world.owner, "logo"),
    ];
    const set = await setLogo(first.storageId);
    expect([set.status, set.body["logoStorageId"]]).toEqual([200, first.storageId]);
    expect([await refCountOf(first.id), await refCountOf(second.id)]).toEqual([1, 0]);
    await setLogo(first.storageId);
    expect(await refCountOf(first.id)).toBe(1);
    expect(statusAndCode(await call("DELETE", `/files/${first.id}`, world.owner))).toEqual([409, "file_in_use"]);
    await setLogo(second.storageId);
    expect([await refCountOf(first.id), await refCountOf(second.id)]).toEqual([0, 1]);
    expect((await call("DELETE", `/files/${first.id}`, world.owner)).status).toBe(204);
    expect(statusAndCode(await setLogo(first.storageId))).toEqual([422, "cross_tenant_reference"]);
    await setLogo(null);
    expect(await refCountOf(second.id)).toBe(0);
  });

  it("take files of their own organization and purpose, and refuse others with a pointer", async () => {
    const foreign = await uploadFile(portico, world.foreignOwner, "logo");
    const avatar = await uploadFile(portico, world.owner, "avatar");
    const unregistered = await uploadToUrl(portico, world.owner, wholeFiles.png.bytes);
    const answers = await Promise.all([foreign.storageId, unregistered, avatar.storageId].map((id) => setLogo(id)));
    expect(answers.map(statusAndCode)).toEqual([
      [422, "cross_tenant_reference"],
      [422, "cross_tenant_reference"],
      [422, "file_purpose_mismatch"],
    ]);
    for (const { body } of answers) expect(body["errors"]).toMatchObject([{ pointer: "/logoStorageId" }]);
    expect(answers[0]?.body["detail"]).toBe(answers[1]?.body["detail"]);
  });
});

/** Files that lie in the storage's directory. */
function storedBlobs(): number {
  const names = readdirSync(portico.dataDirectory, { recursive: true, encoding: "utf8" });
  return names.filter((name) => /^[0-9a-z]{31,37}$/.test(path.basename(name))).length;
}

it("leaves nothing in storage of what is refused or sent twice", async () => {
  const before = storedBlobs();
  const headers = { "idempotency-key": "files-sent-twice" };
  const first = await upload("Sent twice.", { headers });
  const again = await upload("Sent twice.", { headers });
  expect(again.headers.get("idempotent-replayed")).toBe("true");
  expect(again.body["storageId"]).toBe(first.body["storageId"]);
  expect(statusAndCode(await upload("Sent otherwise.", { headers }))).toEqual([409, "idempotency_conflict"]);
  expect(statusAndCode(await upload("x", { headers: { "portico-dry-run": "true" } }))).toEqual([
    400,
    "dry_run_unsupported",
  ]);
  expect((await upload("x", { credential: world.tokens.viewer })).status).toBe(403);
  expect(storedBlobs()).toBe(before + 1);
});

it("left no unexpected failure in the log", () => {
  expect(portico.logLines.filter((line) => line.includes("[ERROR]"))).toEqual([]);
});
