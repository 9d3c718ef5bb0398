import { send } from "./client.testing";
import { nextSample } from "./samples.testing";
import type { TestPortico } from "../../scripts/portico/testPortico.testing";

/** A picture of one pixel. */
export const tinyPng = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==",
  "base64",
);

/** A file of an organization, uploaded over REST. */
export async function uploadFile(
  { siteUrl }: TestPortico,
  credential: string,
  purpose: string,
  bytes: Uint8Array<ArrayBuffer> | Buffer<ArrayBuffer> | string = tinyPng,
  name = `file-${nextSample()}.png`,
): Promise<{ readonly id: string; readonly storageId: string; readonly url: string }> {
  const response = await fetch(`${siteUrl}/v1/files`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${credential}`,
      "content-type": "application/octet-stream",
      "x-file-name": encodeURIComponent(name),
      "x-file-purpose": purpose,
    },
    body: bytes,
  });
  const text = await response.text();
  if (response.status !== 201) throw new Error(`The file could not be uploaded: ${text}`);
  const { id, storageId, url } = JSON.parse(text);
  return { id, storageId, url };
}

/** Bytes in storage that nobody has registered yet. */
export async function uploadToUrl(
  portico: TestPortico,
  credential: string,
  bytes: Uint8Array<ArrayBuffer> | string,
): Promise<string> {
  const { body } = await send(portico, "POST", "/v1/files/upload-url", credential, { size: bytes.length });
  const uploaded = await fetch(String(body["url"]), {
    method: "POST",
    headers: { "content-type": String(body["contentType"]) },
    body: bytes,
  });
  const { storageId }: { storageId?: string } = Object(await uploaded.json());
  if (storageId === undefined) throw new Error(`The upload URL answered ${uploaded.status}.`);
  return storageId;
}
