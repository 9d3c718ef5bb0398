import { describe, expect, it } from "vitest";
import { AskedToWait, CredentialsRefused, ProviderError } from "../../../core/wire/providerError";
import { bucketUrl, s3Config } from "./config";
import { FakeS3, fakeKey } from "./fakeS3.testing";
import { S3Storage } from "./storage";

const base = { bucket: "acme-backups", region: "eu-central-1", ...fakeKey };
const bytes = (text: string) => new TextEncoder().encode(text);

function storage(more: object = {}, fake = new FakeS3()) {
  const waits: number[] = [];
  const wait = async (waitMs: number) => void waits.push(waitMs);
  return { fake, waits, bucket: new S3Storage(s3Config().parse({ ...base, ...more }), { send: fake.send, wait }) };
}

/** What a call of the storage fails with. */
async function fault(call: Promise<unknown>): Promise<ProviderError> {
  const error: unknown = await call.then(
    () => "nothing",
    (thrown: unknown) => thrown,
  );
  if (error instanceof ProviderError) return error;
  throw new Error(`It failed with ${String(error)}.`);
}

const oddKeys = [
  "plain",
  "a b",
  "a@b",
  "ü/ß",
  "a+b",
  "a//b",
  "//a",
  "a%20b",
  "a%2Fb",
  "100%",
  "~!*'()",
  "a=b&c?d#e",
  "😀",
  "e\u0301",
];

describe("an object", () => {
  it.each([
    ["by its path", { endpoint: "https://storage.example.com" }],
    ["by its host", {}],
    ["by its host, of a storage of one's own", { endpoint: "https://storage.example.com:9000", pathStyle: false }],
  ])("is written, read, listed and deleted under every name, in a bucket that is known %s", async (_way, more) => {
    const { fake, bucket } = storage(more);
    for (const key of oddKeys) await bucket.put(`p/${key}`, bytes(key), "text/plain");
    expect([...fake.objects.keys()]).toEqual(oddKeys.map((key) => `p/${key}`));
    for (const key of oddKeys) expect(new TextDecoder().decode(await bucket.get(`p/${key}`))).toBe(key);
    const { objects } = await bucket.list({ prefix: "p/", limit: 100 });
    expect(objects.map(({ key }) => key).toSorted()).toEqual(oddKeys.map((key) => `p/${key}`).toSorted());
    for (const key of oddKeys) await bucket.delete(`p/${key}`);
    expect(fake.objects.size).toBe(0);
  });

  it("is listed page by page, each once, behind any key", async () => {
    const { fake, bucket } = storage();
    for (let at = 0; at < 25; at += 1) fake.objects.set(`l/${oddKeys[at % 14]}-${at}`, bytes("x"));
    const seen: string[] = [];
    let after: string | undefined;
    for (;;) {
      const { objects, isTruncated } = await bucket.list({ prefix: "l/", limit: 4, ...(after ? { after } : {}) });
      seen.push(...objects.map(({ key }) => key));
      after = objects.at(-1)?.key;
      if (!isTruncated) break;
    }
    expect(seen).toHaveLength(25);
    expect(new Set(seen)).toEqual(new Set(fake.objects.keys()));
  });
});

describe("the address of a bucket", () => {
  it.each([
    [{}, "https://acme-backups.s3.eu-central-1.amazonaws.com/"],
    [{ bucket: "acme.backups" }, "https://s3.eu-central-1.amazonaws.com/acme.backups/"],
    [{ region: "cn-north-1" }, "https://acme-backups.s3.cn-north-1.amazonaws.com.cn/"],
    [{ endpoint: "https://storage.example.com/" }, "https://storage.example.com/acme-backups/"],
    [{ endpoint: "https://storage.example.com", pathStyle: false }, "https://acme-backups.storage.example.com/"],
  ])("of %j is %s", (more, url) => {
    expect(bucketUrl(s3Config().parse({ ...base, ...more }))).toBe(url);
  });
});

describe("a storage that does not do it", () => {
  const later = () => Date.now() + 20 * 60_000;
  it.each([
    ["does not know the key id", { accessKeyId: "AKIAOTHER" }, undefined, "does not know the key id"],
    ["takes the secret for another one", { secretAccessKey: "not-the-secret" }, undefined, "for a wrong one"],
    ["is in another region", { region: "eu-west-1" }, undefined, "another region"],
    [
      "knows no such bucket",
      { bucket: "other-bucket", endpoint: "https://s.example.com" },
      undefined,
      "no such bucket",
    ],
    ["has another time", {}, later, "clock"],
  ])("is told of in words of our own, at once: it %s", async (_what, more, now, words) => {
    const { fake, waits, bucket } = storage(more, new FakeS3("acme-backups", "eu-central-1", now));
    const error = await fault(bucket.put("a", bytes("x"), "text/plain"));
    expect(error.message).toContain(words);
    expect(error.isRetryable).toBe(false);
    expect([waits, fake.requests.length, fake.objects.size]).toEqual([[], 1, 0]);
  });

  it.each([
    [301, undefined, "another region"],
    [307, undefined, "another region"],
    [403, "<html>Forbidden</html>", "refused the key (403)"],
    [400, "<Error><Code>Unheard</Code><Message>secret-of-a-stranger</Message></Error>", "answered 400"],
    [400, "<Error><Code>constructor</Code></Error>", "answered 400"],
    [404, "", "answered 404"],
  ])("is no matter for another try with %i", async (status, body, words) => {
    const { fake, waits, bucket } = storage();
    fake.trouble = () => ({ status, ...(body === undefined ? {} : { body }) });
    const error = await fault(bucket.get("a"));
    expect(error.message).toContain(words);
    expect(error.message).not.toContain("stranger");
    expect([error.isRetryable, waits]).toEqual([false, []]);
    expect(error instanceof CredentialsRefused).toBe(status === 403);
  });

  it.each([
    [503, "<Error><Code>SlowDown</Code></Error>"],
    [503, "<html>Service Unavailable</html>"],
    [429, ""],
    [500, "<Error><Code>InternalError</Code></Error>"],
    [400, "<Error><Code>RequestTimeout</Code></Error>"],
  ])("is asked again three times, each later, with %i %s", async (status, body) => {
    const { fake, waits, bucket } = storage();
    fake.trouble = () => ({ status, body });
    expect((await fault(bucket.get("a"))).isRetryable).toBe(true);
    expect(waits).toEqual([1000, 2000, 4000]);
    fake.trouble = () => (fake.requests.length < 7 ? { status, body } : undefined);
    await bucket.put("a", bytes("x"), "text/plain");
    expect(fake.objects.size).toBe(1);
  });

  it("is waited for as long as it says, or left to the next attempt where that is longer", async () => {
    const { fake, waits, bucket } = storage();
    const wanting = (seconds: string) => () => ({ status: 503, headers: { "retry-after": seconds } });
    fake.trouble = wanting("7");
    await fault(bucket.get("a"));
    expect(waits).toEqual([7000, 7000, 7000]);
    fake.trouble = wanting("60");
    const error = await fault(bucket.get("a"));
    expect(error).toBeInstanceOf(AskedToWait);
    expect([error.retryAfterMs, waits.length]).toEqual([60_000, 3]);
  });
});

describe("a list that is none", () => {
  const page = (keys: string, more = "") =>
    `<ListBucketResult><IsTruncated>false</IsTruncated>${more}<Contents><Key>${keys}</Key><LastModified>2026-01-10T08:00:00Z</LastModified><Size>1</Size></Contents></ListBucketResult>`;
  it.each([
    ["half of one", page("a").slice(0, 120)],
    ["another document", "<ListAllMyBucketsResult/>"],
    ["a page of a proxy", "<html><body>Please sign in</body></html>"],
    ["JSON", '{"Contents":[]}'],
    ["one that does not say whether it ends", page("a").replace("<IsTruncated>false</IsTruncated>", "")],
    ["one of a size that is no number", page("a").replace("<Size>1<", "<Size>-1<")],
    ["an empty page that goes on", "<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>"],
    ["a key that no encoding makes", page("%E0%A4%A")],
  ])("is refused: %s", async (_what, body) => {
    const { fake, bucket } = storage();
    fake.trouble = () => ({ status: 200, body });
    expect((await fault(bucket.list({ prefix: "", limit: 10 }))).message).toBe(
      "The storage answered no list.".replace(
        "no list",
        body.includes("true") ? "an empty page of a list that goes on" : "no list",
      ),
    );
  });

  it("is refused where it is larger than any", async () => {
    const { fake, bucket } = storage();
    fake.trouble = () => ({ status: 200, body: page("a".repeat(2 * 1024 * 1024)) });
    expect((await fault(bucket.list({ prefix: "", limit: 10 }))).message).toContain("larger");
  });

  it("is refused where its bytes are no text", async () => {
    const { fake, bucket } = storage();
    fake.trouble = () => ({ status: 200, body: Uint8Array.from([0x3c, 0xff, 0xfe]) });
    expect((await fault(bucket.list({ prefix: "", limit: 10 }))).message).toContain("no list");
  });
});

describe("a configuration", () => {
  const faultsOf = (more: object) =>
    s3Config()
      .safeParse({ ...base, ...more })
      .error?.issues.map(({ path }) => `/${path.join("/")}`);
  it.each([
    [{ endpoint: "http://storage.example.com" }, "/endpoint"],
    [{ endpoint: "https://10.0.0.1" }, "/endpoint"],
    [{ endpoint: "https://169.254.169.254" }, "/endpoint"],
    [{ endpoint: "https://[::1]" }, "/endpoint"],
    [{ endpoint: "https://minio.internal" }, "/endpoint"],
    [{ endpoint: "https://user:word@storage.example.com" }, "/endpoint"],
    [{ endpoint: "https://storage.example.com/path" }, "/endpoint"],
    [{ endpoint: "https://storage.example.com/?a=b" }, "/endpoint"],
    [{ endpoint: 5 }, "/endpoint"],
    [{ bucket: "Acme" }, "/bucket"],
    [{ bucket: "a..b" }, "/bucket"],
    [{ bucket: "192.168.0.1" }, "/bucket"],
    [{ bucket: "a/b" }, "/bucket"],
    [{ bucket: undefined }, "/bucket"],
    [{ region: "eu-central-1.evil.example" }, "/region"],
    [{ accessKeyId: "a/b" }, "/accessKeyId"],
    [{ secretAccessKey: "with a space" }, "/secretAccessKey"],
    [{ secretAccessKey: "line-end\n" }, "/secretAccessKey"],
    [{ secretAccessKey: "short" }, "/secretAccessKey"],
    [{ prefix: "/a/" }, "/prefix"],
    [{ prefix: "a" }, "/prefix"],
    [{ prefix: "a/../b/" }, "/prefix"],
    [{ prefix: "./" }, "/prefix"],
    [{ prefix: "a\n/" }, "/prefix"],
    [{ pathStyle: "yes" }, "/pathStyle"],
    [{ other: 1 }, "/"],
  ])("of %j is refused at %s", (more, pointer) => {
    expect(faultsOf(more)).toEqual([pointer]);
  });

  it.each([{}, { prefix: "a b/ü@+//" }, { endpoint: "https://storage.example.com:9000" }])("of %j is taken", (more) => {
    expect(faultsOf(more)).toBeUndefined();
  });
});
