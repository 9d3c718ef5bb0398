import { createHash } from "node:crypto";
import { readdirSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { TokenVerifier } from "../auth/tokenVerifier";
import type { ReloadableDeployment } from "../runtime/openDeployment";
import { FileStore } from "../store/fileStore";
import { StorageTokens } from "../store/storageTokens";
import { errorOf, openFixture, scratchDirectory, valueOf } from "../testing/testDeployment.testing";
import { startServer, type RunningServer } from "./startServer";
import { exchangeRaw } from "./testServer.testing";

const maxBytes = 4096;
const scratch = scratchDirectory();
const file = join(scratch.path, "store.sqlite");
const storedFiles = new FileStore(`${file}-files`);
let deployment: ReloadableDeployment;
let server: RunningServer;

beforeAll(async () => {
  deployment = await openFixture({ file, maxStoredFileBytes: maxBytes, cloudUrl: "http://127.0.0.1:1" });
  server = await startServer({
    deployment,
    cloudPort: 0,
    sitePort: 0,
    redactErrors: false,
    authentication: new TokenVerifier({ providers: () => [] }),
  });
});

afterAll(async () => {
  await server.close();
  await deployment.close();
  scratch.remove();
});

const uploadedSchema = z.object({ storageId: z.string() });
const describedSchema = z.object({
  url: z.string(),
  metadata: z.object({
    storageId: z.string(),
    sha256: z.string(),
    size: z.number(),
    contentType: z.string().nullable(),
  }),
  document: z.looseObject({ _id: z.string() }),
});

/** The address on this test's port; functions name the configured URL. */
function reachable(url: unknown): string {
  return String(url).replace("http://127.0.0.1:1/", `${server.cloudUrl}/`);
}

async function newUploadUrl(): Promise<string> {
  return reachable(await valueOf(deployment, "mutation", "files:uploadUrl"));
}

async function upload(
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = { "content-type": "text/plain" },
): Promise<string> {
  const response = await fetch(await newUploadUrl(), { method: "POST", body, headers });
  expect(response.status).toBe(200);
  return uploadedSchema.parse(await response.json()).storageId;
}

async function describeFile(id: string) {
  return describedSchema.parse(await valueOf(deployment, "query", "files:describe", { id }));
}

async function urlOf(id: string): Promise<string> {
  return reachable((await describeFile(id)).url);
}

describe("an upload", () => {
  it("is stored durably with its document, digest and type", async () => {
    const id = await upload("hello");
    const digest = createHash("sha256").update("hello").digest();
    const { metadata, document } = await describeFile(id);
    expect(metadata).toEqual({ storageId: id, sha256: digest.toString("hex"), size: 5, contentType: "text/plain" });
    expect(document).toEqual({
      _id: id,
      _creationTime: expect.any(Number),
      sha256: digest.toString("base64"),
      size: 5,
      contentType: "text/plain",
    });
    expect(storedFiles.readBytes(id)?.toString()).toBe("hello");
  });

  it("works once per URL", async () => {
    const url = await newUploadUrl();
    expect((await fetch(url, { method: "POST", body: "1" })).status).toBe(200);
    const again = await fetch(url, { method: "POST", body: "2" });
    expect(again.status).toBe(403);
    expect(await again.json()).toMatchObject({ code: "InvalidUploadUrl" });
  });

  it("lets only one of two uploads that race for a URL through, and keeps no file of the other", async () => {
    const before = [...storedFiles.ids()].length;
    const url = await newUploadUrl();
    const answers = await Promise.all(["a", "b", "c"].map((body) => fetch(url, { method: "POST", body })));
    expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([200, 403, 403]);
    expect([...storedFiles.ids()]).toHaveLength(before + 1);
  });

  it.each(["", "x", "AAAA", Buffer.alloc(54).toString("base64url"), "../../etc/passwd"])(
    "is refused with the token %j",
    async (token) => {
      const url = `${server.cloudUrl}/api/storage/upload?token=${encodeURIComponent(token)}`;
      expect((await fetch(url, { method: "POST", body: "x" })).status).toBe(403);
    },
  );

  it("is verified against its Digest header", async () => {
    const digest = (text: string) => `sha-256=${createHash("sha256").update(text).digest("base64")}`;
    await upload("right", { digest: digest("right") });
    const before = [...storedFiles.ids()].length;
    const wrong = await fetch(await newUploadUrl(), {
      method: "POST",
      body: "wrong",
      headers: { digest: digest("right") },
    });
    expect([wrong.status, await wrong.json()]).toMatchObject([400, { code: "DigestMismatch" }]);
    expect([...storedFiles.ids()]).toHaveLength(before);
    const malformed = await fetch(await newUploadUrl(), { method: "POST", body: "x", headers: { digest: "md5=aa" } });
    expect(malformed.status).toBe(400);
  });

  it("is refused above the size limit and leaves nothing", async () => {
    const before = [...storedFiles.ids()].length;
    const response = await fetch(await newUploadUrl(), { method: "POST", body: new Uint8Array(maxBytes + 1) });
    expect([response.status, await response.json()]).toMatchObject([413, { code: "FileTooLarge" }]);
    await upload(new Uint8Array(maxBytes));
    expect([...storedFiles.ids()]).toHaveLength(before + 1);
    expect(readdirSync(join(storedFiles.directory, "incoming"))).toEqual([]);
  });

  it("that breaks off leaves nothing", async () => {
    const before = [...storedFiles.ids()].length;
    const url = new URL(await newUploadUrl());
    const incoming = join(storedFiles.directory, "incoming");
    const socket = connect(Number(url.port), url.hostname);
    socket.write(`POST ${url.pathname}${url.search} HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nhalf`);
    await expect.poll(() => readdirSync(incoming).length).toBe(1);
    socket.destroy();
    await expect.poll(() => readdirSync(incoming).length).toBe(0);
    expect([...storedFiles.ids()]).toHaveLength(before);
  });
});

describe("an upload token", () => {
  const tokens = new StorageTokens("secret");

  it("expires after an hour and cannot be made with another key or altered", () => {
    const token = tokens.newUploadToken(512, 1000);
    expect(tokens.readUploadToken(token, 3_601_000)).not.toBeNull();
    expect(tokens.readUploadToken(token, 3_601_001)).toBeNull();
    expect(new StorageTokens("other").readUploadToken(token, 1000)).toBeNull();
    for (let at = 0; at < token.length; at++) {
      const altered = `${token.slice(0, at)}${token[at] === "A" ? "B" : "A"}${token.slice(at + 1)}`;
      expect(tokens.readUploadToken(altered, 1000)).toBeNull();
    }
  });

  it("has one spelling", () => {
    const token = tokens.newUploadToken(512, 1000);
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const spellings = Array.from(alphabet, (last) => token.slice(0, -1) + last);
    expect(spellings.filter((spelling) => tokens.readUploadToken(spelling, 1000) !== null)).toEqual([token]);
    expect(tokens.readUploadToken(`${token}=`, 1000)).toBeNull();
  });
});

describe("a stored file", () => {
  it("is served with its type, length, digest and a strong validator", async () => {
    const url = await urlOf(await upload("hello"));
    const response = await fetch(url);
    const etag = `"${createHash("sha256").update("hello").digest("hex")}"`;
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "content-type": "text/plain",
      "content-length": "5",
      "accept-ranges": "bytes",
      "x-content-type-options": "nosniff",
      etag,
    });
    expect(await response.text()).toBe("hello");
    expect((await fetch(url, { headers: { "if-none-match": etag } })).status).toBe(304);
    const head = await fetch(url, { method: "HEAD" });
    expect([head.status, head.headers.get("content-length")]).toEqual([200, "5"]);
  });

  it.each([
    ["bytes=0-0", 206, "h", "bytes 0-0/5"],
    ["bytes=1-3", 206, "ell", "bytes 1-3/5"],
    ["bytes=3-", 206, "lo", "bytes 3-4/5"],
    ["bytes=-2", 206, "lo", "bytes 3-4/5"],
    ["bytes=-99", 206, "hello", "bytes 0-4/5"],
    ["bytes=2-99", 206, "llo", "bytes 2-4/5"],
    ["bytes=3-1", 200, "hello", null],
    ["bytes=0-1,3-4", 200, "hello", null],
    ["lines=0-1", 200, "hello", null],
    ["bytes=5-", 416, null, "bytes */5"],
    ["bytes=-0", 416, null, "bytes */5"],
  ])("answers the range %s", async (range, status, text, contentRange) => {
    const response = await fetch(await urlOf(await upload("hello")), { headers: { range } });
    const body = await response.text();
    expect([response.status, response.headers.get("content-range")]).toEqual([status, contentRange]);
    expect(body).toContain(text ?? "RangeNotSatisfiable");
  });

  it("ignores a range of another version", async () => {
    const response = await fetch(await urlOf(await upload("hello")), {
      headers: { range: "bytes=0-0", "if-range": '"other"' },
    });
    expect(response.status).toBe(200);
  });

  it("may be empty", async () => {
    const response = await fetch(await urlOf(await upload("", {})));
    expect([response.status, response.headers.get("content-length"), await response.text()]).toEqual([200, "0", ""]);
  });

  it.each([
    ["image/png", "inline"],
    ["image/svg+xml", "attachment"],
    ["image/pngx", "attachment"],
    ["text/html", "attachment"],
    ["text/plain", "attachment"],
    ["application/pdf", "attachment"],
  ])(
    "is shown in a browser when it is a picture, saved when it is anything else, and sandboxed: %s",
    async (contentType, disposition) => {
      const { headers } = await fetch(await urlOf(await upload("<script></script>", { "content-type": contentType })));
      expect(headers.get("content-disposition")).toBe(disposition);
      expect(headers.get("content-security-policy")).toBe("sandbox; default-src 'none'");
      expect(headers.get("x-content-type-options")).toBe("nosniff");
    },
  );

  it("has an URL that its storage id does not give away, and nothing else is there", async () => {
    const id = await upload("secret");
    const names = [id, "..%2f..%2fstore.sqlite", "../../store.sqlite", "%2e%2e/x", "0".repeat(36), "upload", ""];
    for (const name of names) {
      const answer = await exchangeRaw(
        server.cloudUrl,
        `GET /api/storage/${name} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`,
      );
      expect(answer).toMatch(/^HTTP\/1\.1 40[45] /);
    }
  });

  it("goes with the mutation that deletes it, and stays when that mutation fails", async () => {
    const id = await upload("doomed");
    const url = await urlOf(id);
    expect(await errorOf(deployment, "mutation", "files:remove", { id, fail: true })).toContain("changed my mind");
    expect((await fetch(url)).status).toBe(200);
    await valueOf(deployment, "mutation", "files:remove", { id });
    expect((await fetch(url)).status).toBe(404);
    expect(storedFiles.readBytes(id)).toBeNull();
    expect(await valueOf(deployment, "query", "files:describe", { id })).toEqual({
      url: null,
      metadata: null,
      document: null,
    });
    expect(await errorOf(deployment, "mutation", "files:remove", { id })).toContain("not found");
  });
});

describe("functions", () => {
  it("store and read blobs in actions, verified when a digest is given", async () => {
    const sha256 = createHash("sha256").update("text").digest("base64");
    const id = await valueOf(deployment, "action", "files:storeInAction", { text: "text", type: "text/css", sha256 });
    expect(await valueOf(deployment, "action", "files:readInAction", { id: String(id) })).toMatchObject({
      text: "text",
      type: "text/css",
    });
    expect(
      await errorOf(deployment, "action", "files:storeInAction", { text: "other", type: "text/css", sha256 }),
    ).toContain("Nothing was stored");
    expect(String(await valueOf(deployment, "action", "files:uploadUrlOfAction"))).toContain(
      "/api/storage/upload?token=",
    );
  });

  it("store in mutations: kept with the commit, gone with a failure", async () => {
    const stored = z
      .object({ id: z.string(), read: z.string() })
      .parse(await valueOf(deployment, "mutation", "files:storeInMutation", { text: "mine" }));
    expect(stored.read).toBe("mine");
    expect(storedFiles.readBytes(stored.id)?.toString()).toBe("mine");
    const before = [...storedFiles.ids()].length;
    await errorOf(deployment, "mutation", "files:storeInMutation", { text: "not mine", fail: true });
    expect([...storedFiles.ids()]).toHaveLength(before);
  });

  it("refuse ids that are no storage ids", async () => {
    const guid = "g";
    const agent = await valueOf(deployment, "mutation", "agents:create", { guid, tenant: "t" });
    expect(await errorOf(deployment, "action", "files:readInAction", { id: String(agent) })).toContain(
      'does not match the table name in validator `v.id("_storage")`',
    );
  });

  it("list stored files through the system table", async () => {
    const listed = z.array(z.object({ _id: z.string() })).parse(await valueOf(deployment, "query", "files:all"));
    expect(listed.map(({ _id }) => _id).sort()).toEqual([...storedFiles.ids()].sort());
  });
});
