import { describe, expect, it } from "vitest";
import { signatureOf, fakeKey } from "./fakeS3.testing";
import { percentEncoded, signed } from "./signing";
import type { UnsignedRequest } from "./signing";

const at = Date.UTC(2013, 4, 24);
const access = { ...fakeKey, region: "us-east-1" };
const host = "https://examplebucket.s3.amazonaws.com";
const signatureIn = (authorization = "") => /Signature=([0-9a-f]{64})$/.exec(authorization)?.[1];

/** The examples of "Signature Calculations for the Authorization Header" in Amazon's reference of S3. */
const published: readonly (readonly [string, UnsignedRequest, string])[] = [
  [
    "GET Object",
    { method: "GET", url: `${host}/test.txt`, headers: { range: "bytes=0-9" } },
    "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
  ],
  [
    "PUT Object",
    {
      method: "PUT",
      url: `${host}/${percentEncoded("test$file.text")}`,
      headers: { date: "Fri, 24 May 2013 00:00:00 GMT", "x-amz-storage-class": "REDUCED_REDUNDANCY" },
      body: new TextEncoder().encode("Welcome to Amazon S3."),
    },
    "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
  ],
  [
    "GET Bucket Lifecycle",
    { method: "GET", url: `${host}/?lifecycle` },
    "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
  ],
  [
    "Get Bucket (List Objects)",
    { method: "GET", url: `${host}/?max-keys=2&prefix=J` },
    "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
  ],
];

describe("a signature", () => {
  it.each(published)("is the one that Amazon has published for %s", async (_what, request, signature) => {
    const { headers } = await signed(request, access, at);
    expect(signatureIn(headers?.["authorization"])).toBe(signature);
  });

  it.each(published)(
    "is told by the fake storage's own computation as well, for %s",
    async (_what, request, signature) => {
      const { url, headers = {} } = await signed(request, access, at);
      const { pathname, search, host: name } = new URL(url);
      const received = {
        method: request.method,
        target: pathname + search,
        headers: { ...headers, host: name },
        body: request.body ?? new Uint8Array(),
      };
      expect(signatureOf(received, fakeKey.secretAccessKey)).toBe(signature);
      expect(signatureOf({ ...received, body: new Uint8Array([1]) }, fakeKey.secretAccessKey)).not.toBe(signature);
    },
  );

  it("leaves no header that is sent beyond what it signs", async () => {
    const { headers = {} } = await signed(
      { method: "PUT", url: `${host}/a`, headers: { "content-type": "text/plain" } },
      access,
      at,
    );
    const [, names] = /SignedHeaders=([^,]+),/.exec(headers["authorization"] ?? "") ?? [];
    const sent = Object.keys(headers).filter((name) => name !== "authorization");
    expect(names?.split(";")).toEqual([...sent, "host"].toSorted());
  });
});
