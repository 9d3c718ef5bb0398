import { secondMs } from "../../../core/wire/durations";
import { AskedToWait, CredentialsRefused, ProviderError } from "../../../core/wire/providerError";
import { retryAfterMsOf } from "../../../core/wire/retryAfter";
import { bucketUrl } from "./config";
import { percentEncoded, signed } from "./signing";
import { childrenOf, parseXml, textOf, XmlFault } from "./xml";
import type { OutboundRequest, OutboundResult } from "../../../core/wire/outboundFetch";
import type { S3Config } from "./config";
import type { UnsignedRequest } from "./signing";
import type { XmlElement } from "./xml";

const timeoutMs = 60 * secondMs;
/** A list of a hundred names of 1,024 bytes, each written in percents, and what stands around them. */
const maximumAnswerBytes = 1024 * 1024;
/** A storage that asks for no more is waited for; one that asks for more is asked again by the next attempt. */
const longestWaitMs = 10 * secondMs;
const maximumWaits = 3;

/** An object of a list. */
export interface StoredObject {
  readonly key: string;
  readonly bytes: number;
  readonly modifiedAt: string;
}

interface StorageOptions {
  readonly send: (request: OutboundRequest) => Promise<OutboundResult>;
  /** Stand in for the clock in tests. */
  readonly now?: () => number;
  readonly wait?: (waitMs: number) => Promise<void>;
}

type Answer = Extract<OutboundResult, { kind: "answered" }>;

/** What storages refuse with that people can mend, in words of our own: theirs may hold what was sent. */
const refusals: Readonly<Record<string, string>> = {
  AccessDenied: "The storage does not allow this to the key.",
  AuthorizationHeaderMalformed: "The bucket is in another region than the configuration says.",
  IllegalLocationConstraintException: "The bucket is in another region than the configuration says.",
  InvalidAccessKeyId: "The storage does not know the key id.",
  InvalidBucketName: "The storage takes this for no name of a bucket.",
  NoSuchBucket: "The storage knows no such bucket.",
  PermanentRedirect: "The bucket is in another region, or behind another endpoint.",
  QuotaExceeded: "The storage is full.",
  RequestTimeTooSkewed: "The clock of this deployment and the storage's are too far apart.",
  SignatureDoesNotMatch: "The storage takes the secret key for a wrong one.",
};
const refusedCredentials = new Set(["AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch"]);
const passing = new Set(["InternalError", "RequestTimeout", "ServiceUnavailable", "SlowDown", "OperationAborted"]);

/** One bucket. Whatever it does not do is a {@link ProviderError}; what passes is tried again, three times and for seconds. */
export class S3Storage {
  readonly #base: string;

  constructor(
    private readonly config: S3Config,
    private readonly options: StorageOptions,
  ) {
    this.#base = bucketUrl(config);
  }

  /** Writes an object, in the place of what is there. */
  async put(key: string, body: Uint8Array<ArrayBuffer>, contentType: string): Promise<void> {
    await this.#asked({ method: "PUT", url: this.#urlOf(key), headers: { "content-type": contentType }, body });
  }

  /** Reads an object that is no larger than an answer may be. */
  async get(key: string): Promise<Uint8Array> {
    const { body, isWhole } = await this.#asked({ method: "GET", url: this.#urlOf(key) });
    if (!isWhole) throw new ProviderError("The object is larger than it was written.", false);
    return body;
  }

  async delete(key: string): Promise<void> {
    await this.#asked({ method: "DELETE", url: this.#urlOf(key) });
  }

  /** A page of the objects whose keys begin with a prefix, in the order of their keys, behind one of them. */
  async list({ prefix, after, limit }: { readonly prefix: string; readonly after?: string; readonly limit: number }) {
    const query = {
      "encoding-type": "url",
      "list-type": "2",
      "max-keys": String(limit),
      prefix,
      ...(after === undefined ? {} : { "start-after": after }),
    };
    const parameters = Object.entries(query).map((pair) => pair.map(percentEncoded).join("="));
    const answer = await this.#asked({ method: "GET", url: `${this.#base}?${parameters.join("&")}` });
    const list = xmlOf(answer);
    const isTruncated = textOf(list, "IsTruncated");
    if (list.name !== "ListBucketResult" || (isTruncated !== "true" && isTruncated !== "false"))
      throw new ProviderError("The storage answered no list.", true);
    const objects = childrenOf(list, "Contents").map(objectOf);
    if (isTruncated === "true" && objects.length === 0)
      throw new ProviderError("The storage answered an empty page of a list that goes on.", true);
    return { objects, isTruncated: isTruncated === "true" };
  }

  #urlOf(key: string): string {
    return this.#base + key.split("/").map(percentEncoded).join("/");
  }

  async #asked(request: UnsignedRequest): Promise<Answer> {
    const { send, now = Date.now, wait = waited } = this.options;
    for (let waits = 0; ; waits += 1) {
      // Signed anew each time: a signature is of a minute.
      const prepared = await signed(request, this.config, now());
      const result = await send({ ...prepared, timeoutMs, maxBodyBytes: maximumAnswerBytes });
      if (result.kind === "answered" && result.status >= 200 && result.status < 300) return result;
      const error = errorOf(result, now());
      const waitMs = error.retryAfterMs ?? secondMs * 2 ** waits;
      if (!error.isRetryable || waits === maximumWaits || waitMs > longestWaitMs) throw error;
      await wait(waitMs);
    }
  }
}

function errorOf(result: OutboundResult, now: number): ProviderError {
  if (result.kind === "failed") {
    if (result.reason === "redirected")
      return new ProviderError("The bucket is in another region, or behind another endpoint.", false);
    return new ProviderError(result.message, result.reason === "timed_out" || result.reason === "unreachable");
  }
  const { status, headers } = result;
  const code = codeOf(result);
  const known = code !== undefined && Object.hasOwn(refusals, code) ? refusals[code] : undefined;
  if (known !== undefined)
    return code !== undefined && refusedCredentials.has(code)
      ? new CredentialsRefused(known)
      : new ProviderError(known, false);
  if (status === 429 || status === 503 || code === "SlowDown")
    return new AskedToWait(`The storage asks to wait (${status}).`, retryAfterMsOf(headers.get("retry-after"), now));
  if (status === 401 || status === 403) return new CredentialsRefused(`The storage refused the key (${status}).`);
  const mayPass = status >= 500 || status === 408 || (code !== undefined && passing.has(code));
  return new ProviderError(`The storage answered ${status}.`, mayPass);
}

/** The code of an answer that is an error of the storage; of a proxy's page there is none. */
function codeOf({ body, isWhole }: Answer): string | undefined {
  if (!isWhole || body.length === 0) return undefined;
  try {
    const error = parseXml(new TextDecoder().decode(body));
    return error.name === "Error" ? textOf(error, "Code") : undefined;
  } catch (fault) {
    if (fault instanceof XmlFault) return undefined;
    throw fault;
  }
}

function xmlOf({ body, isWhole }: Answer): XmlElement {
  if (!isWhole) throw new ProviderError("The storage's answer is larger than any list.", false);
  try {
    return parseXml(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch (fault) {
    if (fault instanceof XmlFault || fault instanceof TypeError)
      throw new ProviderError("The storage answered no list.", true);
    throw fault;
  }
}

function objectOf(contents: XmlElement): StoredObject {
  const [key, size = "", modifiedAt = ""] = ["Key", "Size", "LastModified"].map((name) => textOf(contents, name));
  const isObject = key !== undefined && /^\d{1,15}$/.test(size) && /^[\dTZ:.+-]{10,40}$/.test(modifiedAt);
  if (!isObject) throw new ProviderError("The storage answered no list.", true);
  return { key: fromUrl(key), bytes: Number(size), modifiedAt };
}

/** A key as `encoding-type=url` writes it. */
function fromUrl(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    throw new ProviderError("The storage answered no list.", true);
  }
}

function waited(waitMs: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, waitMs);
  });
}
