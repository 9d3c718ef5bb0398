import { kebabCase, readOperations, usualRoute } from "../src/runtime/operations";
import { byText, type OperationSpec } from "./document";

/**
 * The table the runtime builds its resources from, one string per resource, and the folders of their Convex modules, which REST
 * alone has no use for.
 */
export function operationTable(operations: readonly OperationSpec[]): string {
  const folders = new Map<string, string[]>();
  const lines = resourceNames(operations).map((resource) => {
    const own = operations.filter((operation) => operation.resource === resource);
    const folder = functionFolder(own);
    if (folder) folders.set(folder, [...(folders.get(folder) ?? []), resource]);
    return `  ${resource}: ${JSON.stringify(tableEntries(own))},`;
  });
  const parts = [...folders].toSorted(([a], [b]) => byText(a, b));
  return `/** What \`readOperations\` turns into calls. */
export const operations: Readonly<Record<string, string>> = {
${lines.join("\n")}
};

/** Resources by the folder of their Convex module: \`workspace/schedules:get\` is \`schedules.get\`. */
export const functionFolders: Readonly<Record<string, string>> = {
${parts.map(([folder, resources]) => `  ${folder}: ${JSON.stringify(resources.join(" "))},`).join("\n")}
};
`;
}

/** @throws {Error} when a function has another name than its operation, which the runtime could not tell from a mistake. */
function functionFolder(operations: readonly OperationSpec[]): string {
  const folders = operations.flatMap(({ resource, verb, convexFunction }) => {
    if (!convexFunction) return [];
    const end = `/${resource}:${verb}`;
    if (!convexFunction.name.endsWith(end)) throw new Error(`${convexFunction.name} does not end in ${end}`);
    return [convexFunction.name.slice(0, -end.length)];
  });
  if (new Set(folders).size > 1) throw new Error(`Functions of one resource lie in ${folders.join(" and ")}`);
  return folders[0] ?? "";
}

/** Resource names in the order of the sorted operations, each once. */
export function resourceNames(operations: readonly OperationSpec[]): string[] {
  return [...new Set(operations.map((operation) => operation.resource))];
}

/** True when the method takes an input object: a body, a query, or both in one. */
export function takesInput(operation: OperationSpec): boolean {
  return operation.hasBody || operation.queryNames.length > 0 || operation.headerFields.length > 0;
}

/**
 * What the table says of one resource, without what is usual for its verbs. Checked by reading it back.
 *
 * @param own - The operations of one resource.
 * @throws {Error} when an operation cannot be told so that the runtime reads it as it is.
 */
export function tableEntries(own: readonly OperationSpec[]): string {
  const usualBase = `/${kebabCase(own[0]?.resource ?? "")}`;
  const bases = [usualBase, ...own.map((operation) => pathBelow(operation).replace(/\/\{\}$/, ""))];
  const [shortest = ""] = [...new Set(bases)]
    .map((base) => [...(base === usualBase ? [] : [base]), ...own.map((one) => tableEntry(one, base))].join(";"))
    .toSorted((a, b) => a.length - b.length);
  const misread = own.find((operation, at) => {
    const read = readOperations(operation.resource, shortest)[at];
    return (
      read?.verb !== operation.verb ||
      read.method !== operation.method ||
      read.path !== `/v1${pathBelow(operation)}` ||
      read.takesInput !== takesInput(operation)
    );
  });
  if (misread) throw new Error(`${misread.operationId}: the runtime would misread "${shortest}"`);
  return shortest;
}

/** The path with `{}` for every id, below `/v1`. */
function pathBelow({ path }: OperationSpec): string {
  return path.replace(/\{\w+\}/g, "{}").replace(/^\/v1/, "");
}

function tableEntry(operation: OperationSpec, base: string): string {
  const { verb, method, queryNames } = operation;
  const hasBodyMethod = method !== "GET" && method !== "DELETE";
  if (hasBodyMethod && queryNames.length > 0)
    throw new Error(`${operation.operationId}: a ${method} with a query is not supported, its input is its body`);
  const flags =
    (takesInput(operation) ? "+" : "") +
    (operation.paginated ? "*" : "") +
    (operation.takesBytes ? "^" : "") +
    (operation.answersBytes ? "#" : "") +
    (method === "POST" && !operation.idempotent ? "!" : "");
  const path = pathBelow(operation);
  const isBelow = path === base || path.startsWith(`${base}/`);
  const route = `${method} ${isBelow ? path.slice(base.length + 1) : path}`;
  const [usualFlags, usual] = usualRoute(verb);
  const mark = flags === usualFlags ? "" : flags || "-";
  if (route === usual) return verb + mark;
  return route === usual.replace(/\{\}\/?/, "") ? `${verb}~${mark}` : `${verb}${mark}=${route}`;
}
