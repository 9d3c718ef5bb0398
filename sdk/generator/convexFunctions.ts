import { byText, type OperationSpec } from "./document";

interface Tree {
  [part: string]: Tree | string;
}

/** Types of the deployment's functions: by name for `portico.convex`, as references for any Convex client. */
export function convexFunctionTypes(operations: readonly OperationSpec[]): string {
  const functions = operations
    .flatMap(({ convexFunction, ...spec }) => (convexFunction ? [{ ...spec, ...convexFunction }] : []))
    .toSorted((a, b) => byText(a.name, b.name));
  const entries = functions.map((spec) => {
    const { name, type, operationId, tenant, dryRun, paginated, answerType, rowType } = spec;
    const args = `${tenant ? "Tenant" : ""}${paginated ? "List" : dryRun ? "Change" : ""}Args`;
    const id = JSON.stringify(operationId);
    const result = rowType === undefined ? (answerType ?? `Returned<${id}>`) : `PaginationResult<${rowType}>`;
    return `  ${JSON.stringify(name)}: { type: ${JSON.stringify(type)}; args: ${args}<${id}>; result: ${result} };`;
  });
  const models = new Set(
    functions.flatMap(({ paginated, answerType, rowType }) => (paginated ? rowType : answerType) ?? []),
  );
  const tree: Tree = {};
  for (const { name } of functions) place(tree, name.split(/[/:]/), name);
  return `import type { FunctionReference, PaginationResult } from "convex/server";
import type { ${usedTypes(entries)} } from "../runtime/operationTypes";
import type {
${[...models]
  .toSorted(byText)
  .map((name) => `  ${name},`)
  .join("\n")}
} from "./models";

/** Every public function behind an operation of the API, by its Convex name. */
export interface ConvexFunctions {
${entries.join("\n")}
}

/** The reference of one function. */
export type Reference<Name extends keyof ConvexFunctions> = FunctionReference<
  ConvexFunctions[Name]["type"],
  "public",
  ConvexFunctions[Name]["args"],
  ConvexFunctions[Name]["result"]
>;

/** The shape of the deployment's generated \`api\`. */
export interface Api ${treeType(tree, "")}
`;
}

/** Names of the helper types that the entries use: an unused import would be an error. */
function usedTypes(entries: readonly string[]): string {
  const names = ["Args", "ChangeArgs", "ListArgs", "Returned", "TenantArgs", "TenantChangeArgs", "TenantListArgs"];
  return names.filter((name) => entries.some((entry) => entry.includes(` ${name}<`))).join(", ");
}

function place(tree: Tree, path: readonly string[], name: string): void {
  const [part = "", ...rest] = path;
  if (rest.length === 0) {
    if (tree[part] !== undefined) throw new Error(`Two operations name the function ${name}`);
    tree[part] = name;
    return;
  }
  const child = (tree[part] ??= {});
  if (typeof child === "string") throw new Error(`${name} lies below the function ${child}`);
  place(child, rest, name);
}

function treeType(tree: Tree, indent: string): string {
  const inner = `${indent}  `;
  const lines = Object.entries(tree)
    .toSorted(([a], [b]) => byText(a, b))
    .map(([part, node]) =>
      typeof node === "string"
        ? `${inner}${part}: Reference<${JSON.stringify(node)}>;`
        : `${inner}${part}: ${treeType(node, inner)};`,
    );
  return `{\n${lines.join("\n")}\n${indent}}`;
}
