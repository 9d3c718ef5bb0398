/** Names the method of a light object that makes the real one. */
export const materialize = Symbol("materialize");

/**
 * Stands in for one of fetch's objects, and makes the real one only when something asks for more than the light one
 * knows.
 */
export interface Light<Real extends object> {
  [materialize](): Real;
}

/**
 * Makes a class of light objects a subclass of one of fetch's: an instance is an instance of both, and members that it
 * lacks come from the real object behind it. No member may be inherited unchanged, since it would look for state that
 * only real objects have.
 */
export function standFor(light: Light<object>, real: object): void {
  Object.setPrototypeOf(light, real);
  for (const key of Reflect.ownKeys(real)) {
    const { get, value }: PropertyDescriptor = Object.getOwnPropertyDescriptor(real, key) ?? {};
    if (key === "constructor" || Object.hasOwn(light, key)) continue;
    if (get)
      Object.defineProperty(light, key, {
        get(this: Light<object>): unknown {
          return Reflect.get(this[materialize](), key);
        },
      });
    else if (typeof value === "function")
      Object.defineProperty(light, key, {
        value(this: Light<object>, ...args: unknown[]): unknown {
          return Reflect.apply(value, this[materialize](), args);
        },
      });
  }
}

function realOf(value: unknown): unknown {
  return isLight(value) ? value[materialize]() : value;
}

function isLight(value: unknown): value is Light<object> {
  return typeof value === "object" && value !== null && materialize in value;
}

/** The `Request` constructor of functions, which also takes a light request, whose members fetch's own cannot read. */
export const FunctionRequest: typeof Request = new Proxy(Request, {
  construct: (target, [input, ...rest]: unknown[], newTarget) =>
    Reflect.construct(target, [realOf(input), ...rest], newTarget === FunctionRequest ? target : newTarget),
});

const { fetch } = globalThis;

/** `fetch` of functions, which also takes a light request. */
export function functionFetch(...[input, init]: Parameters<typeof fetch>): Promise<Response> {
  const real: unknown = realOf(input);
  return fetch(real instanceof Request ? real : input, init);
}
