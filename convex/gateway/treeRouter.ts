import { UnsupportedPathError } from "hono/router";
import type { Params, Result, Router } from "hono/router";

/** One segment of known paths. */
interface Node<Handler> {
  readonly fixed: Map<string, Node<Handler>>;
  /** What follows any one segment that is not empty. */
  parameter: Node<Handler> | undefined;
  /** What answers where a path ends here, by method. */
  readonly leaves: Map<string, Leaf<Handler>>;
}

interface Leaf<Handler> {
  readonly handler: Handler;
  /** Names of the parameters on the way here, in order. */
  readonly names: readonly string[];
}

/** The routes that share their first two segments, kept as added until one of them is first requested. */
interface Branch<Handler> {
  readonly root: Node<Handler>;
  readonly pending: (readonly [method: string, path: string, handler: Handler])[];
}

const noParameters: Params = {};
const knownPattern = /^(?:\/|(?:\/(?::\w+|[\w.~-]+))+)$/;

/**
 * Hono's router for fixed segments and parameters that are whole segments: a tree of Maps, whose time to match does not
 * grow with the number of routes. Convex fills it anew in every context, often for one request, so a branch grows at its
 * first use. A fixed segment wins over a parameter at every depth; one trailing slash is ignored.
 */
export class TreeRouter<Handler> implements Router<Handler> {
  readonly name = "TreeRouter";
  readonly #branches = new Map<string, Branch<Handler>>();
  /** Middleware: runs before whatever answers, in the order in which it was added. */
  readonly #everywhere: [Handler, Params][] = [];

  /**
   * A path of fixed segments and `:name`; `*` alone is middleware. Of two routes for the same method and path the first
   * answers.
   * @throws {UnsupportedPathError} for Hono's other patterns
   */
  add(method: string, path: string, handler: Handler): void {
    if (path === "*" || path === "/*") {
      this.#everywhere.push([handler, noParameters]);
      return;
    }
    if (!knownPattern.test(path)) throw new UnsupportedPathError(path);
    const beginning = beginningOf(path);
    const key = beginning.includes(":") ? "" : beginning;
    const branch = this.#branches.get(key);
    if (branch) branch.pending.push([method, path, handler]);
    else this.#branches.set(key, { root: nodeOf(), pending: [[method, path, handler]] });
  }

  /** Middleware, and the handler of `method` at `path` where there is one. */
  match(method: string, path: string): Result<Handler> {
    const segments = segmentsOf(path);
    const values: string[] = [];
    const leaf =
      leafOf(this.#rootOf(beginningOf(path)), method, segments, 0, values) ??
      leafOf(this.#rootOf(""), method, segments, 0, values);
    return [leaf ? [...this.#everywhere, [leaf.handler, paramsOf(leaf, values)]] : this.#everywhere];
  }

  /** Methods that some route answers at `path`; HEAD goes with GET. */
  methodsAt(path: string): string[] {
    const segments = segmentsOf(path);
    const methods = new Set<string>();
    collectMethods(this.#rootOf(beginningOf(path)), segments, 0, methods);
    collectMethods(this.#rootOf(""), segments, 0, methods);
    if (methods.has("GET")) methods.add("HEAD");
    return [...methods];
  }

  /** The branch for paths that begin with `beginning`; that of `""` has those whose first two segments are not both fixed. */
  #rootOf(beginning: string): Node<Handler> | undefined {
    const branch = this.#branches.get(beginning);
    if (!branch) return undefined;
    const { root, pending } = branch;
    if (pending.length > 0) for (const [method, path, handler] of pending.splice(0)) grow(root, method, path, handler);
    return root;
  }
}

/** The first two segments, with the slashes before them. */
function beginningOf(path: string): string {
  const second = path.indexOf("/", 1);
  const third = second < 0 ? -1 : path.indexOf("/", second + 1);
  if (third >= 0) return path.slice(0, third);
  return second === path.length - 1 ? path.slice(0, second) : path;
}

function segmentsOf(path: string): string[] {
  const segments = path.split("/");
  if (segments.length > 2 && segments.at(-1) === "") segments.pop();
  return segments.slice(1);
}

function nodeOf<Handler>(): Node<Handler> {
  return { fixed: new Map(), parameter: undefined, leaves: new Map() };
}

function grow<Handler>(root: Node<Handler>, method: string, path: string, handler: Handler): void {
  let node = root;
  const names: string[] = [];
  for (const segment of segmentsOf(path)) {
    if (segment.startsWith(":")) {
      names.push(segment.slice(1));
      node = node.parameter ??= nodeOf();
    } else node = childOf(node, segment);
  }
  if (!node.leaves.has(method)) node.leaves.set(method, { handler, names });
}

function childOf<Handler>(node: Node<Handler>, segment: string): Node<Handler> {
  const known = node.fixed.get(segment);
  if (known) return known;
  const child = nodeOf<Handler>();
  node.fixed.set(segment, child);
  return child;
}

/** The first leaf for `method`, and in `values` what its parameters stand for. */
function leafOf<Handler>(
  node: Node<Handler> | undefined,
  method: string,
  segments: readonly string[],
  depth: number,
  values: string[],
): Leaf<Handler> | undefined {
  if (!node) return undefined;
  const segment = segments[depth];
  if (segment === undefined) return node.leaves.get(method);
  const found = leafOf(node.fixed.get(segment), method, segments, depth + 1, values);
  if (found || !node.parameter || segment === "") return found;
  values.push(segment);
  const behind = leafOf(node.parameter, method, segments, depth + 1, values);
  if (!behind) values.pop();
  return behind;
}

function paramsOf({ names }: Leaf<unknown>, values: readonly string[]): Params {
  const params: Params = {};
  for (const [at, name] of names.entries()) params[name] = values[at] ?? "";
  return params;
}

function collectMethods(
  node: Node<unknown> | undefined,
  segments: readonly string[],
  depth: number,
  methods: Set<string>,
): void {
  if (!node) return;
  const segment = segments[depth];
  if (segment === undefined) {
    for (const method of node.leaves.keys()) methods.add(method);
    return;
  }
  collectMethods(node.fixed.get(segment), segments, depth + 1, methods);
  if (segment !== "") collectMethods(node.parameter, segments, depth + 1, methods);
}
