/** How one operation is called over HTTP. Its path holds `{}` for every positional argument. */
export interface Operation {
  readonly verb: string;
  readonly method: string;
  readonly path: string;
  /** Takes an input object after the path arguments. */
  readonly takesInput: boolean;
  readonly paginated: boolean;
  /** Takes bytes before its input, which travels as headers. */
  readonly takesBytes: boolean;
  readonly answersBytes: boolean;
  /** A POST that the server deduplicates by `Idempotency-Key`. */
  readonly idempotencyKey: boolean;
  /** Names of the input that travel in the query although the method has a body. */
  readonly queryNames: readonly string[];
}

/** `checkIn` → `check-in`, as in paths. */
export function kebabCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

const usualRoutes: Readonly<Record<string, readonly [flags: string, route: string]>> = {
  list: ["+*", "GET "],
  get: ["", "GET {}"],
  create: ["+", "POST "],
  batchCreate: ["+", "POST batch"],
  update: ["+", "PATCH {}"],
  delete: ["+", "DELETE {}"],
};

/** Flags and route of a verb that needs no mention in the table; an unknown verb acts on one document. */
export function usualRoute(verb: string): readonly [flags: string, route: string] {
  return usualRoutes[verb] ?? ["", `POST {}/${kebabCase(verb)}`];
}

/**
 * Reads an entry of the generated table: `verb[flags][=METHOD path][?queryName,…]`. What is left out is as usual for the
 * verb, which keeps 430 operations within a few kilobytes. Flags: `+` takes input, `*` is a list, `^` takes bytes, `#` answers
 * bytes, `!` takes no `Idempotency-Key`, `-` none of these. A path without leading slash continues the path of the resource.
 */
export function readOperation(resource: string, entry: string): Operation {
  const [, verb = "", flags, given, queryNames] = /^(\w+)([+*^#!-]*)(?:=([^?]*))?(?:\?(.*))?$/.exec(entry) ?? [];
  const usual = usualRoute(verb);
  const marks = flags || usual[0];
  const [method = "", path = ""] = (given ?? usual[1]).split(" ");
  const base = `/v1/${kebabCase(resource)}`;
  return {
    verb,
    method,
    path: path.startsWith("/") ? path : base + (path && `/${path}`),
    takesInput: marks.includes("+"),
    paginated: marks.includes("*"),
    takesBytes: marks.includes("^"),
    answersBytes: marks.includes("#"),
    idempotencyKey: method === "POST" && !marks.includes("!"),
    queryNames: queryNames?.split(",") ?? [],
  };
}
