// What `globalThis` holds for functions: the language, and the web APIs that Convex's default runtime offers.
const offeredGlobals =
  `Object Function Array Number parseFloat parseInt Infinity NaN undefined Boolean String Symbol Promise RegExp
  Error AggregateError EvalError RangeError ReferenceError SyntaxError TypeError URIError JSON Intl ArrayBuffer Atomics
  Uint8Array Int8Array Uint16Array Int16Array Uint32Array Int32Array Float32Array Float64Array Uint8ClampedArray
  BigUint64Array BigInt64Array DataView Map BigInt Set WeakMap WeakSet Proxy Reflect SharedArrayBuffer decodeURI
  decodeURIComponent encodeURI encodeURIComponent escape unescape eval isFinite isNaN Iterator WebAssembly
  URL URLSearchParams Headers Request Response FormData Blob File TextEncoder TextDecoder atob btoa structuredClone
  queueMicrotask AbortController AbortSignal Event EventTarget CustomEvent DOMException CryptoKey SubtleCrypto Crypto
  ReadableStream ReadableStreamDefaultReader ReadableStreamBYOBReader ReadableStreamBYOBRequest
  ReadableByteStreamController ReadableStreamDefaultController TransformStream TransformStreamDefaultController
  WritableStream WritableStreamDefaultController WritableStreamDefaultWriter ByteLengthQueuingStrategy
  CountQueuingStrategy TextEncoderStream TextDecoderStream clearTimeout clearInterval Convex`.split(/\s+/);

/**
 * Makes the `globalThis` of functions. It is an object of its own, so that nothing of Node or of the host is reachable
 * through it, and what functions put on it stays between them.
 *
 * @param own globals that differ from Node's
 */
export function functionScope(own: Readonly<Record<PropertyKey, unknown>>): object {
  const scope: object = {};
  for (const name of offeredGlobals)
    Object.defineProperty(scope, name, {
      // Read when asked for: Node loads some of them, such as fetch's classes, on first use.
      get: (): unknown => Reflect.get(globalThis, name),
      set(value: unknown) {
        Object.defineProperty(scope, name, { value, writable: true, configurable: true, enumerable: false });
      },
      configurable: true,
      enumerable: false,
    });
  for (const name of Reflect.ownKeys(own))
    Object.defineProperty(scope, name, {
      value: own[name],
      writable: true,
      configurable: true,
      enumerable: false,
    });
  for (const name of ["globalThis", "self"])
    Object.defineProperty(scope, name, { value: scope, writable: true, configurable: true, enumerable: false });
  return scope;
}

/** Holds its target for ever: when garbage is collected must not be visible to functions. */
export class StrongReference {
  readonly #target: object;

  constructor(target: object) {
    this.#target = target;
  }

  /** The target, which is never collected: whether it was would tell of another call's memory. */
  deref(): object {
    return this.#target;
  }
}

/** Never calls back, for the same reason. */
export class SilentFinalizationRegistry {
  /** Takes a target and never calls back. */
  register(): void {
    // Nothing is ever finalized as far as functions can tell.
  }

  /** Answers that nothing was registered. */
  unregister(): boolean {
    return false;
  }
}
