const secretPrefix = "whsec_";
/** Standard Webhooks asks for 24 bytes; fewer than 16 can be guessed. */
const fewestKeyBytes = 16;
const algorithm = { name: "HMAC", hash: "SHA-256" } as const;

/**
 * The bytes of a `whsec_…`. What is wrong with another value is said without the value.
 *
 * @throws {TypeError} when it is no secret of a webhook endpoint.
 */
export function keyBytes(secret: unknown): Uint8Array<ArrayBuffer> {
  if (typeof secret !== "string" || secret === "")
    throw new TypeError(
      `The webhook secret is ${secret === "" ? "empty" : typeof secret}; is the environment variable set?`,
    );
  if (/\s/.test(secret)) throw new TypeError("The webhook secret holds spaces or line ends");
  if (!secret.startsWith(secretPrefix)) throw new TypeError("A webhook secret begins with whsec_");
  const bytes = bytesOf(secret.slice(secretPrefix.length));
  if (!bytes || bytes.length < fewestKeyBytes)
    throw new TypeError("The webhook secret is not whole: what follows whsec_ is base64 of at least 16 bytes");
  return bytes;
}

/** A key that signs and verifies. */
export function importKey(bytes: Uint8Array<ArrayBuffer>): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", bytes, algorithm, false, ["sign", "verify"]);
}

/** What is signed: id, time and body, with dots between. The body counts as its bytes, whatever they mean. */
export function signedContent(id: string, timestamp: string, body: Uint8Array): Uint8Array<ArrayBuffer> {
  const head = new TextEncoder().encode(`${id}.${timestamp}.`);
  const content = new Uint8Array(head.length + body.length);
  content.set(head);
  content.set(body, head.length);
  return content;
}

/** The signature as the header has it: `v1,` and base64. */
export async function signatureOf(key: CryptoKey, content: Uint8Array<ArrayBuffer>): Promise<string> {
  const mac = new Uint8Array(await crypto.subtle.sign("HMAC", key, content));
  return `v1,${btoa(String.fromCharCode(...mac))}`;
}

/** Whether a signature of the header is this key's. WebCrypto takes as long wherever the two differ. */
export async function isSignedBy(
  key: CryptoKey,
  signature: string,
  content: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  const mac = signature.startsWith("v1,") ? bytesOf(signature.slice(3)) : undefined;
  return mac !== undefined && (await crypto.subtle.verify("HMAC", key, mac, content));
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}
