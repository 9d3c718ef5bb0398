import { kebabCase, readOperation, usualRoute } from "../src/runtime/operations";
import type { OperationSpec } from "./document";

/** The table the runtime builds its resources from: one string per resource. */
export function operationTable(operations: readonly OperationSpec[]): string {
  const lines = resourceNames(operations).map((resource) => {
    const entries = operations.filter((operation) => operation.resource === resource).map(tableEntry);
    return `  ${resource}: ${JSON.stringify(entries.join(";"))},`;
  });
  return `/** What \`readOperation\` turns into calls. */
export const operations: Readonly<Record<string, string>> = {
${lines.join("\n")}
};
`;
}

/** Resource names in the order of the sorted operations, each once. */
export function resourceNames(operations: readonly OperationSpec[]): string[] {
  return [...new Set(operations.map((operation) => operation.resource))];
}

/** True when the method takes an input object: a body, a query, or both in one. */
export function takesInput(operation: OperationSpec): boolean {
  return operation.hasBody || operation.queryNames.length > 0;
}

/** One entry of the table, without what is usual for its verb. Checked by reading it back. */
export function tableEntry(operation: OperationSpec): string {
  const { verb, method, resource, hasBody, queryNames } = operation;
  const keyless = method === "POST" && !operation.idempotent;
  const flags = (takesInput(operation) ? "+" : "") + (operation.paginated ? "*" : "") + (keyless ? "!" : "");
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
