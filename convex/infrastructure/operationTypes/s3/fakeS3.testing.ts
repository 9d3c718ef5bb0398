import { createHash, createHmac } from "node:crypto";
import { createServer } from "node:http";
import type { OutboundRequest, OutboundResult } from "../../../core/wire/outboundFetch";

/*
 * A storage of one bucket that speaks S3 as far as backups need it. It checks signatures by computing them from the request alone, as AWS
 * describes it, with nothing of the code that signs.
 */

export const fakeKey = {
  accessKeyId: "AKIAIOSFODNN7EXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
};

interface FakeRequest {
  readonly method: string;
  /** Path and query as they were sent. */
  readonly target: string;
  /** By their names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}
interface FakeAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

const sha256 = (data: string | Uint8Array) => createHash("sha256").update(data).digest("hex");
const hmac = (key: string | Uint8Array, text: string) => createHmac("sha256", key).update(text).digest();
/** UriEncode of AWS: every byte but the unreserved ones. */
const uriEncoded = (bytes: Buffer) =>
  Array.from(bytes, (byte) => {
    const sign = String.fromCharCode(byte);
    return /[A-Za-z0-9._~-]/.test(sign) ? sign : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }).join("");
const bytesOf = (text: string) =>
  Buffer.concat(
    (text.match(/%[0-9A-Fa-f]{2}|[^%]+/g) ?? []).map((part) =>
      part.startsWith("%") ? Buffer.from(part.slice(1), "hex") : Buffer.from(part),
    ),
  );

/** The signature that a request must bear, computed from what was received. */
export function signatureOf({ method, target, headers, body }: FakeRequest, secret: string): string {
  const [, scope = "", names = ""] =
    /^AWS4-HMAC-SHA256 Credential=[^/]+\/(\S+), ?SignedHeaders=([a-z0-9;-]+), ?Signature=/.exec(
      headers["authorization"] ?? "",
    ) ?? [];
  const [date = "", region = "", service = ""] = scope.split("/");
  const [path = "", query = ""] = target.split("?");
  const canonicalQuery = query
    .split("&")
    .filter((pair) => pair !== "")
    .map((pair) => {
      const [name = "", value = ""] = pair.split("=");
      return `${uriEncoded(bytesOf(name))}=${uriEncoded(bytesOf(value))}`;
    })
    .toSorted()
    .join("&");
  const canonical = [
    method,
    path
      .split("/")
      .map((part) => uriEncoded(bytesOf(part)))
      .join("/"),
    canonicalQuery,
    ...names.split(";").map((name) => `${name}:${(headers[name] ?? "").trim().replaceAll(/ +/g, " ")}`),
    "",
    names,
    sha256(body),
  ].join("\n");
  const key = hmac(hmac(hmac(hmac(`AWS4${secret}`, date), region), service), "aws4_request");
  const toSign = ["AWS4-HMAC-SHA256", headers["x-amz-date"], scope, sha256(canonical)].join("\n");
  return hmac(key, toSign).toString("hex");
}

const xmlText = (text: string) => text.replaceAll(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
const errorAnswer = (status: number, code: string, message = "Told to people."): FakeAnswer => ({
  status,
  headers: { "content-type": "application/xml" },
  body: `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${xmlText(message)}</Message></Error>`,
});

/** A bucket; `trouble` answers in its place while it is set. */
export class FakeS3 {
  readonly objects = new Map<string, Uint8Array>();
  readonly requests: FakeRequest[] = [];
  trouble: ((request: FakeRequest) => FakeAnswer | undefined) | undefined;

  constructor(
    readonly bucket = "acme-backups",
    readonly region = "eu-central-1",
    private readonly now: () => number = Date.now,
  ) {}

  answer(request: FakeRequest): FakeAnswer {
    this.requests.push(request);
    const troubled = this.trouble?.(request);
    if (troubled) return troubled;
    return this.#refusal(request) ?? this.#done(request);
  }

  #refusal(request: FakeRequest): FakeAnswer | undefined {
    const { headers, body } = request;
    const [, keyId, date = "", region, signature] =
      /Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=\S+, ?Signature=([0-9a-f]{64})$/.exec(
        headers["authorization"] ?? "",
      ) ?? [];
    if (keyId === undefined) return errorAnswer(403, "AccessDenied");
    if (keyId !== fakeKey.accessKeyId) return errorAnswer(403, "InvalidAccessKeyId", `${keyId} is not known.`);
    if (region !== this.region) return errorAnswer(400, "AuthorizationHeaderMalformed");
    const sentAt = headers["x-amz-date"] ?? "";
    const sentAtMs = Date.parse(sentAt.replace(/^(\d{4})(\d\d)(\d\dT\d\d)(\d\d)(\d\dZ)$/, "$1-$2-$3:$4:$5"));
    if (!sentAt.startsWith(date) || !(Math.abs(sentAtMs - this.now()) <= 15 * 60_000))
      return errorAnswer(403, "RequestTimeTooSkewed");
    if (headers["x-amz-content-sha256"] !== sha256(body)) return errorAnswer(400, "XAmzContentSHA256Mismatch");
    if (signature !== signatureOf(request, fakeKey.secretAccessKey)) return errorAnswer(403, "SignatureDoesNotMatch");
    return undefined;
  }

  #done({ method, target, headers, body }: FakeRequest): FakeAnswer {
    const [rawPath = "", query = ""] = target.split("?");
    const isVirtual = (headers["host"] ?? "").startsWith(`${this.bucket}.`);
    const path = isVirtual ? rawPath.slice(1) : rawPath.slice(1 + this.bucket.length + 1);
    if (!isVirtual && !rawPath.startsWith(`/${this.bucket}/`)) return errorAnswer(404, "NoSuchBucket");
    const key = bytesOf(path).toString("utf8");
    if (key === "") return this.#listed(new URLSearchParams(query));
    if (method === "PUT") {
      this.objects.set(key, body);
      return { status: 200 };
    }
    if (method === "DELETE") {
      this.objects.delete(key);
      return { status: 204 };
    }
    const found = this.objects.get(key);
    return found ? { status: 200, body: found } : errorAnswer(404, "NoSuchKey");
  }

  #listed(query: URLSearchParams): FakeAnswer {
    const [prefix, after, limit] = [
      query.get("prefix") ?? "",
      query.get("start-after") ?? "",
      Number(query.get("max-keys")),
    ];
    const compare = (one: string, other: string) => Buffer.compare(Buffer.from(one), Buffer.from(other));
    const keys = [...this.objects.keys()]
      .filter((key) => key.startsWith(prefix) && compare(key, after) > 0)
      .toSorted(compare);
    const page = keys.slice(0, limit);
    const contents = page.map(
      (key) =>
        `<Contents><Key>${uriEncoded(Buffer.from(key)).replaceAll("%2F", "/").replaceAll("%20", "+")}</Key><LastModified>2026-01-10T08:00:00.000Z</LastModified><ETag>&quot;e&quot;</ETag><Size>${this.objects.get(key)?.length}</Size></Contents>`,
    );
    const body = `<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>${this.bucket}</Name><IsTruncated>${page.length < keys.length}</IsTruncated>${contents.join("")}</ListBucketResult>`;
    return { status: 200, headers: { "content-type": "application/xml" }, body };
  }

  /** In the place of the outbound door. */
  readonly send = async ({
    url,
    method = "GET",
    headers = {},
    body,
    maxBodyBytes = 4096,
  }: OutboundRequest): Promise<OutboundResult> => {
    const { host, pathname, search } = new URL(url);
    const sent = typeof body === "string" ? new TextEncoder().encode(body) : (body ?? new Uint8Array());
    const named = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
    const answer = this.answer({ method, target: pathname + search, headers: { ...named, host }, body: sent });
    if (answer.status >= 300 && answer.status < 400)
      return { kind: "failed", reason: "redirected", message: "The server answered with a redirect.", durationMs: 1 };
    const bytes =
      typeof answer.body === "string" ? new TextEncoder().encode(answer.body) : new Uint8Array(answer.body ?? []);
    return {
      kind: "answered",
      status: answer.status,
      headers: new Headers(answer.headers),
      body: bytes.slice(0, maxBodyBytes),
      isWhole: bytes.length <= maxBodyBytes,
      durationMs: 1,
    };
  };

  /** In the place of the runtime's own. */
  readonly fetch = async (url: string, { method = "GET", headers, body }: RequestInit = {}): Promise<Response> => {
    const { host, pathname, search } = new URL(url);
    const named = { ...Object.fromEntries(new Headers(headers)), host };
    const sent = new Uint8Array(await new Response(body).arrayBuffer());
    const answer = this.answer({ method, target: pathname + search, headers: named, body: sent });
    const text = typeof answer.body === "string" ? answer.body : new TextDecoder().decode(answer.body);
    const { status, headers: answered = {} } = answer;
    return new Response(status === 204 ? null : text, { status, headers: { ...answered } });
  };

  /** Listens on this machine, for deployments that were told of it. */
  async listen(): Promise<{ readonly url: string; readonly close: () => Promise<void> }> {
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const headers = Object.fromEntries(
          Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
        );
        const { method = "", url: target = "" } = request;
        const {
          status,
          headers: answered = {},
          body,
        } = this.answer({ method, target, headers, body: Buffer.concat(chunks) });
        response.writeHead(status, answered).end(body);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("The storage listens on no port.");
    return {
      url: `http://127.0.0.1:${address.port}`,
      close: () =>
        new Promise((resolve) => {
          server.closeAllConnections();
          server.close(() => resolve());
        }),
    };
  }
}
