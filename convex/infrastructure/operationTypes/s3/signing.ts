import { AwsV4Signer } from "aws4fetch";
import type { OutboundRequest } from "../../../core/wire/outboundFetch";
import type { S3Config } from "./config";

/** A request to a storage, not signed yet; its URL has every part written by {@link percentEncoded}. */
export interface UnsignedRequest {
  readonly method: "GET" | "PUT" | "DELETE";
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array<ArrayBuffer>;
}

/** Everything but the letters, digits and four signs that Signature Version 4 leaves as they are (RFC 3986, 2.3). */
export function percentEncoded(text: string): string {
  return encodeURIComponent(text).replaceAll(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** SHA-256 in hexadecimal digits. */
export async function sha256OfBytes(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Signs a request with all its headers and its body (AWS Signature Version 4), as of a time. */
export async function signed(
  { method, url, headers = {}, body = new Uint8Array() }: UnsignedRequest,
  { accessKeyId, secretAccessKey, region }: Pick<S3Config, "accessKeyId" | "secretAccessKey" | "region">,
  at: number,
): Promise<OutboundRequest> {
  const contentHash = await sha256OfBytes(body);
  const signer = new AwsV4Signer({
    method,
    url,
    headers: { ...headers, "x-amz-content-sha256": contentHash },
    accessKeyId,
    secretAccessKey,
    region,
    service: "s3",
    datetime: new Date(at).toISOString().replaceAll(/[:-]|\.\d{3}/g, ""),
    allHeaders: true,
  });
  const { url: signedUrl, headers: signedHeaders } = await signer.sign();
  return {
    method,
    url: signedUrl.toString(),
    headers: Object.fromEntries(signedHeaders.entries()),
    ...(body.byteLength === 0 ? {} : { body }),
  };
}
