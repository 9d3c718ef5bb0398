import { AsyncLocalStorage } from "node:async_hooks";
import { action, attempt, mutation, query } from "./functions";

const NO_SUCH_GLOBALS = [
  "Buffer",
  "global",
  "require",
  "setImmediate",
  "clearImmediate",
  "navigator",
  "WebSocket",
  "XMLHttpRequest",
  "MessageChannel",
  "BroadcastChannel",
  "CompressionStream",
];
const OFFERED_GLOBALS = [
  "URL",
  "URLSearchParams",
  "Headers",
  "Request",
  "Response",
  "FormData",
  "Blob",
  "File",
  "ReadableStream",
  "TextEncoder",
  "TextDecoder",
  "atob",
  "btoa",
  "structuredClone",
  "AbortController",
  "AbortSignal",
  "Event",
  "EventTarget",
  "DOMException",
  "WebAssembly",
  "Intl",
  "crypto",
  "performance",
  "console",
  "self",
];

/** Everything that depends on the type of the running function. */
async function probe() {
  const started = { date: Date.now(), performance: performance.now() };
  await crypto.subtle.digest("SHA-256", new Uint8Array(4_000_000));
  let spun = 0;
  for (let i = 0; i < 3_000_000; i++) spun += i;
  const lazily = await attempt(async () => (await import("./lazy")).seven);
  const scope: object = globalThis;
  const storage = new AsyncLocalStorage<number>();
  const weak = new WeakRef({ spun });
  return {
    fetch: await attempt(() => fetch("data:,x")),
    scopedFetch: await attempt(() => globalThis.fetch("data:,x")),
    setTimeout: await attempt(() => new Promise((resolve) => setTimeout(resolve, 0))),
    setInterval: await attempt(() => clearInterval(setInterval(() => undefined, 1))),
    clearTimeout: await attempt(() => clearTimeout(undefined)),
    lazily,
    dateMoved: Date.now() !== started.date || new Date().getTime() !== started.date,
    performanceMoved: performance.now() !== started.performance,
    absent: NO_SUCH_GLOBALS.filter((name) => Reflect.get(scope, name) !== undefined),
    free: [typeof Buffer, typeof setImmediate, typeof WebSocket].join(" "),
    missing: OFFERED_GLOBALS.filter((name) => Reflect.get(scope, name) === undefined),
    process: Object.keys(process).join(),
    scopedProcess: Object.keys(globalThis.process).join(),
    variable: process.env["CONVEX_SITE_URL"] ?? null,
    listed: Object.keys(process.env).length + ("CONVEX_SITE_URL" in process.env ? 1 : 0),
    assigned: await attempt(() => void (process.env["X"] = "1")),
    weak: weak.deref() !== undefined,
    finalization: await attempt(() => new FinalizationRegistry(() => undefined).register({}, 1)),
    asyncLocalStorage: storage.run(7, () => storage.getStore()) ?? null,
    timezone: new Date(0).getHours() === new Date(0).getUTCHours(),
    random: new Set([Math.random(), Math.random(), crypto.randomUUID(), crypto.randomUUID()]).size,
  };
}

export const inQuery = query({ args: {}, handler: probe });
export const inMutation = mutation({ args: {}, handler: probe });
export const inAction = action({ args: {}, handler: probe });

const data = new Uint8Array(16);

/** One attempt for each row of the table of crypto.subtle. Keys that cannot be generated here are imported. */
async function probeCrypto() {
  const { subtle } = crypto;
  const raw = (name: string, usages: KeyUsage[]) => subtle.importKey("raw", new Uint8Array(32), name, false, usages);
  const hmac = await subtle.importKey("raw", data, { name: "HMAC", hash: "SHA-256" }, false, ["sign", "verify"]);
  const gcm = await raw("AES-GCM", ["encrypt", "decrypt"]);
  const cbc = await raw("AES-CBC", ["encrypt"]);
  const ctr = await raw("AES-CTR", ["encrypt"]);
  const hkdf = await raw("HKDF", ["deriveBits"]);
  const pbkdf2 = await raw("PBKDF2", ["deriveBits"]);
  const ecdsa = await subtle.importKey("jwk", EC_KEY, { name: "ECDSA", namedCurve: "P-256" }, false, ["sign"]);
  const ecdh = await subtle.importKey("jwk", EC_KEY, { name: "ECDH", namedCurve: "P-256" }, false, ["deriveBits"]);
  const peer = await subtle.importKey("jwk", EC_PUBLIC, { name: "ECDH", namedCurve: "P-256" }, false, []);
  const verifier = await subtle.importKey("jwk", EC_PUBLIC, { name: "ECDSA", namedCurve: "P-256" }, false, ["verify"]);
  const ed25519 = await subtle.importKey("jwk", ED_KEY, "Ed25519", false, ["sign"]);
  const es256 = { name: "ECDSA", hash: "SHA-256" };
  return {
    digest: await attempt(() => subtle.digest("SHA-512", data)),
    hmac: await attempt(async () => subtle.verify("HMAC", hmac, await subtle.sign("HMAC", hmac, data), data)),
    gcm: await attempt(() => subtle.encrypt({ name: "AES-GCM", iv: new Uint8Array(12) }, gcm, data)),
    gcmLongIv: await attempt(() => subtle.encrypt({ name: "AES-GCM", iv: new Uint8Array(16) }, gcm, data)),
    gcmShortTag: await attempt(() =>
      subtle.encrypt({ name: "AES-GCM", iv: new Uint8Array(12), tagLength: 96 }, gcm, data),
    ),
    cbc: await attempt(() => subtle.encrypt({ name: "AES-CBC", iv: data }, cbc, data)),
    ctr: await attempt(() => subtle.encrypt({ name: "AES-CTR", counter: data, length: 64 }, ctr, data)),
    hkdf: await attempt(() => subtle.deriveBits({ name: "HKDF", hash: "SHA-256", salt: data, info: data }, hkdf, 128)),
    pbkdf2: await attempt(() =>
      subtle.deriveBits({ name: "PBKDF2", hash: "SHA-256", salt: data, iterations: 1 }, pbkdf2, 128),
    ),
    ecdh: await attempt(() => subtle.deriveBits({ name: "ECDH", public: peer }, ecdh, 256)),
    ecdsaVerify: await attempt(() => subtle.verify(es256, verifier, new Uint8Array(64), data)),
    ecdsaSign: await attempt(() => subtle.sign(es256, ecdsa, data)),
    ed25519Sign: await attempt(() => subtle.sign("Ed25519", ed25519, data)),
    rsaSign: await attempt(() => subtle.sign("RSASSA-PKCS1-v1_5", ecdsa, data)),
    rsaPssSign: await attempt(() => subtle.sign({ name: "RSA-PSS", saltLength: 32 }, ecdsa, data)),
    rsaOaepEncrypt: await attempt(() => subtle.encrypt({ name: "RSA-OAEP" }, ecdsa, data)),
    generateKey: await attempt(() => subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt"])),
    wrapKey: await attempt(() => subtle.wrapKey("raw", gcm, gcm, { name: "AES-GCM", iv: new Uint8Array(12) })),
    aesKw: await attempt(() => subtle.importKey("raw", data, "AES-KW", false, ["wrapKey"])),
    x25519: await attempt(() => subtle.generateKey("X25519", false, ["deriveBits"])),
  };
}

export const cryptoInQuery = query({ args: {}, handler: probeCrypto });
export const cryptoInMutation = mutation({ args: {}, handler: probeCrypto });
export const cryptoInAction = action({ args: {}, handler: probeCrypto });

// Published test vectors: RFC 7515 appendix A.3 and RFC 8037 appendix A.1.
const EC_PUBLIC = {
  kty: "EC",
  crv: "P-256",
  x: "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
  y: "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
};
const EC_KEY = { ...EC_PUBLIC, d: "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI" };
const ED_KEY = {
  kty: "OKP",
  crv: "Ed25519",
  d: "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
  x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
};
