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
}

/** `checkIn` → `check-in`, as in paths. */
export function kebabCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** Flags and route of a verb by its first word, where that is the whole verb. */
const usualRoutes: Readonly<Record<string, string>> = {
  list: "+*=GET ",
  get: "=GET {}",
  create: "+=POST ",
  add: "+=POST ",
  update: "+=PATCH {}",
  set: "+=PUT {}",
  delete: "+=DELETE {}",
  remove: "=DELETE {}",
};

/**
 * Flags and route of a verb that needs no mention in the table: `getSyncStatus` is `GET {}/sync-status`, and a verb that begins
 * with no known word acts on one document.
 */
export function usualRoute(verb: string): readonly [flags: string, route: string] {
  const [, word = "", part = ""] = /^([a-z]+)(.*)/.exec(verb) ?? [];
  const usual = usualRoutes[word];
  const [flags = "", route = ""] = (usual ?? "=POST {}").split("=");
  const action = kebabCase(usual ? part : verb).replace(/^-/, "");
  return [flags, action ? route.replace(/ .*/, ` {}/${action}`) : route];
}

/** Reads what the generated table says of a resource: its entries, after its path where that is not its name. */
export function readOperations(resource: string, entries: string): Operation[] {
  const all = entries.split(";");
  const base = entries.startsWith("/") ? all.shift() : `/${kebabCase(resource)}`;
  return all.map((entry) => readOperation(`/v1${base}`, entry));
}

/**
 * Reads an entry of the generated table: `verb[flags][=METHOD path]`. What is left out is as usual for the verb, which keeps
 * hundreds of operations within a few kilobytes. Flags: `~` acts on the whole resource instead of one document, `+` takes input,
 * `*` is a list, `^` takes bytes, `#` answers bytes, `!` takes no `Idempotency-Key`, `-` none of these. A path without leading
 * slash continues the path of the resource.
 */
function readOperation(base: string, entry: string): Operation {
  const [, verb = "", whole, flags, given] = /^(\w+)(~?)([+*^#!-]*)(?:=(.*))?$/.exec(entry) ?? [];
  const [usualFlags, usual] = usualRoute(verb);
  const marks = flags || usualFlags;
  const [method = "", path = ""] = (given ?? (whole ? usual.replace(/\{\}\/?/, "") : usual)).split(" ");
  return {
    verb,
    method,
    path: path.startsWith("/") ? `/v1${path}` : base + (path && `/${path}`),
    takesInput: marks.includes("+"),
    paginated: marks.includes("*"),
    takesBytes: marks.includes("^"),
    answersBytes: marks.includes("#"),
    idempotencyKey: method === "POST" && !marks.includes("!"),
  };
}
