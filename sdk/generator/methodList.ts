import type { OperationSpec } from "./document";
import { callText } from "./resources";
import { resourceNames } from "./table";

/** A page that lists every method with its request and its Convex function. */
export function methodList(operations: readonly OperationSpec[]): string {
  const sections = resourceNames(operations).map((resource) => {
    const lines = operations.filter((operation) => operation.resource === resource).map(line);
    return `## ${resource}\n\n${lines.join("\n")}\n`;
  });
  return `<!-- Generated from openapi/openapi.json by sdk/generate.ts. Do not edit: run \`npm run generate\`. -->

# Methods of \`@portico/sdk\`

Each takes options last (\`RequestOptions\`). Behind the request stands the Convex function of the same operation, where
there is one.

${sections.join("\n")}`;
}

function line(operation: OperationSpec): string {
  const { method, path, summary, convexFunction, deprecated } = operation;
  const door = convexFunction ? `, \`${convexFunction.name}\`` : "";
  const end = deprecated ? " (deprecated)" : "";
  return `- \`${callText(operation)}\`${end}: ${summary}. \`${method} ${path}\`${door}`;
}
