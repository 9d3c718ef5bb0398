import { kebabCase, readOperation, usualRoute } from "../src/runtime/operations";
import { byText, type OperationSpec } from "./document";

/** The table the runtime builds its resources from: one string per resource, by the folder of its Convex module. */
export function operationTable(operations: readonly OperationSpec[]): string {
  const folders = new Map<string, string[]>();
  for (const resource of resourceNames(operations)) {
    const own = operations.filter((operation) => operation.resource === resource);
    const folder = functionFolder(own);
    const line = `    ${resource}: ${JSON.stringify(own.map(tableEntry).join(";"))},`;
    folders.set(folder, [...(folders.get(folder) ?? []), line]);
  }
  const parts = [...folders].toSorted(([a], [b]) => byText(a, b));
  return `/**
 * What \`readOperation\` turns into calls, by the folder of the Convex module: \`workspace/schedules:get\` is \`schedules.get\`. Under
 * \`""\` stands what has no Convex function.
 */
export const operations: Readonly<Record<string, Readonly<Record<string, string>>>> = {
${parts.map(([folder, lines]) => `  ${folder || '""'}: {\n${lines.join("\n")}\n  },`).join("\n")}
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

/** One entry of the table, without what is usual for its verb. Checked by reading it back. */
export function tableEntry(operation: OperationSpec): string {
  const { verb, method, resource, hasBody, queryNames } = operation;
  const keyless = method === "POST" && !operation.idempotent;
  const flags =
    (takesInput(operation) ? "+" : "") +
    (operation.paginated ? "*" : "") +
    (operation.takesBytes ? "^" : "") +
    (operation.answersBytes ? "#" : "") +
    (keyless ? "!" : "");
  const template = operation.path.replace(/\{\w+\}/g, "{}");
  const base = `/v1/${kebabCase(resource)}`;
  const isBelow = template === base || template.startsWith(`${base}/`);
  const route = `${method} ${isBelow ? template.slice(base.length + 1) : template}`;
  const [usualFlags, usual] = usualRoute(verb);
  const bodyless = method === "GET" || method === "DELETE";
  const inQuery = bodyless ? [] : queryNames;
  const entry =
    verb +
    (flags === usualFlags ? "" : flags || "-") +
    (route === usual ? "" : `=${route}`) +
    (inQuery.length > 0 ? `?${inQuery.join(",")}` : "");

  const read = readOperation(resource, entry);
  if (read.path !== template || read.method !== method || (hasBody && !read.takesInput))
    throw new Error(`${operation.operationId}: the runtime would misread "${entry}"`);
  return entry;
}
