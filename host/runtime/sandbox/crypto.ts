import { createHash, webcrypto } from "node:crypto";
import { currentFrame } from "../functions/frames";
import { requireAction } from "./restrictions";
import { ImportFrame } from "../functions/importFrame";

const aesGcmIvBytes = 12;
const aesGcmTagBits = 128;
const maxInlineDigestBytes = 65_536;

const { subtle } = webcrypto;

/** `crypto` as functions see it: what needs system randomness is refused in queries and mutations (CONTRACT.md, section 7). */
export const functionCrypto = {
  getRandomValues<T extends Exclude<NodeJS.TypedArray, Float32Array | Float64Array>>(array: T): T {
    const frame = currentFrame();
    if (!(frame instanceof ImportFrame)) return webcrypto.getRandomValues(array);
    new Uint8Array(array.buffer, array.byteOffset, array.byteLength).set(frame.randomBytes(array.byteLength));
    return array;
  },
  randomUUID(): string {
    const frame = currentFrame();
    return frame instanceof ImportFrame ? uuidOf(frame.randomBytes(16)) : webcrypto.randomUUID();
  },
  CryptoKey: webcrypto.CryptoKey,
  subtle: {
    digest,
    verify: bind(subtle.verify),
    importKey: guarded(subtle.importKey, (_format, _keyData, algorithm) => refuseUnknown(algorithm)),
    exportKey: bind(subtle.exportKey),
    deriveBits: guarded(subtle.deriveBits, refuseUnknown),
    deriveKey: guarded(subtle.deriveKey, refuseUnknown),
    sign: guarded(subtle.sign, (algorithm) => {
      const name = algorithmName(algorithm);
      if (name === "ECDSA" || name === "RSA-PSS") refuseRandomness();
    }),
    encrypt: guarded(subtle.encrypt, (algorithm) => {
      if (algorithmName(algorithm) === "RSA-OAEP") refuseRandomness();
      checkAesGcm(algorithm);
    }),
    decrypt: guarded(subtle.decrypt, checkAesGcm),
    generateKey: guarded(subtle.generateKey, (algorithm) => {
      refuseUnknown(algorithm);
      refuseRandomness();
    }),
    wrapKey: notImplemented("wrapKey"),
    unwrapKey: notImplemented("unwrapKey"),
  },
};

/**
 * `subtle.digest`. Node's own sends even forty bytes through its thread pool, some fifty times the cost of hashing them,
 * so small inputs of the usual algorithms are hashed at once. Everything else, and every wrong argument, is Node's.
 */
async function digest(
  algorithm: webcrypto.AlgorithmIdentifier,
  data: ArrayBuffer | NodeJS.ArrayBufferView,
): Promise<ArrayBuffer> {
  const hashName = inlineHashes.get(algorithmName(algorithm));
  const bytes = data instanceof ArrayBuffer ? new Uint8Array(data) : data;
  if (hashName === undefined || !ArrayBuffer.isView(bytes) || bytes.byteLength > maxInlineDigestBytes)
    return await subtle.digest(algorithm, data);
  return new Uint8Array(createHash(hashName).update(bytes).digest()).buffer;
}

const inlineHashes: ReadonlyMap<string, string> = new Map([
  ["SHA-1", "sha1"],
  ["SHA-256", "sha256"],
  ["SHA-384", "sha384"],
  ["SHA-512", "sha512"],
]);

type SubtleMethod<Args extends readonly never[], Result> = (
  this: webcrypto.SubtleCrypto,
  ...args: Args
) => Promise<Result>;

function bind<Args extends never[], Result>(method: SubtleMethod<Args, Result>): (...args: Args) => Promise<Result> {
  return (...args) => method.apply(subtle, args);
}

/** Runs `check` on the algorithm first; its error becomes the promise's rejection, as WebCrypto reports errors. */
function guarded<Args extends never[], Result>(
  method: SubtleMethod<Args, Result>,
  check: (...args: readonly unknown[]) => void,
): (...args: Args) => Promise<Result> {
  return async (...args) => {
    check(...args);
    return await method.apply(subtle, args);
  };
}

function notImplemented(name: string): () => Promise<never> {
  return () => Promise.reject(new DOMException(`crypto.subtle.${name} is not implemented`, "NotSupportedError"));
}

function refuseRandomness(): void {
  requireAction("cryptographic randomness");
}

/** Convex implements neither of these. */
function refuseUnknown(algorithm: unknown): void {
  const name = algorithmName(algorithm);
  if (name === "AES-KW" || name === "X25519" || name === "X448" || name === "ED448")
    throw new DOMException(`crypto.subtle does not implement ${name}`, "NotSupportedError");
}

/** `Math.random` of functions: repeatable in module scope, fresh in every call. */
export function functionRandom(): number {
  const frame = currentFrame();
  if (!(frame instanceof ImportFrame)) return Math.random();
  const [high = 0, low = 0] = new Uint32Array(frame.randomBytes(8).slice().buffer);
  return ((high >>> 5) * 2 ** 26 + (low >>> 6)) / 2 ** 53;
}

/** A version 4 UUID (RFC 9562 section 5.4) of 16 random bytes. */
function uuidOf(bytes: Uint8Array): string {
  const hex = Array.from(bytes, (byte, i) => {
    const marked = i === 6 ? (byte & 0x0f) | 0x40 : i === 8 ? (byte & 0x3f) | 0x80 : byte;
    return marked.toString(16).padStart(2, "0");
  }).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

function algorithmName(algorithm: unknown): string {
  const name: unknown =
    typeof algorithm === "object" && algorithm !== null && "name" in algorithm ? algorithm.name : algorithm;
  return typeof name === "string" ? name.toUpperCase() : "";
}

function checkAesGcm(algorithm: unknown): void {
  if (algorithmName(algorithm) !== "AES-GCM" || typeof algorithm !== "object" || algorithm === null) return;
  const iv: unknown = "iv" in algorithm ? algorithm.iv : undefined;
  if ((iv instanceof ArrayBuffer || ArrayBuffer.isView(iv)) && iv.byteLength !== aesGcmIvBytes)
    throw new DOMException("Only 96-bit initialization vectors are supported", "NotSupportedError");
  const tagLength: unknown = "tagLength" in algorithm ? algorithm.tagLength : undefined;
  if (tagLength !== undefined && tagLength !== aesGcmTagBits)
    throw new DOMException("Only 128-bit tags are supported", "NotSupportedError");
}
