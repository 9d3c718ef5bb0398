import type { OperationSpec } from "./document";
import { resourceNames, takesInput } from "./table";

/** Members of the client that a resource must not replace. */
const reservedNames = new Set(["convex", "request", "withOrganization", "constructor"]);

/** Interfaces of all resources, and the class the client extends to get them as typed properties. */
export function resourceTypes(operations: readonly OperationSpec[]): string {
  const names = resourceNames(operations);
  for (const name of names) if (reservedNames.has(name)) throw new Error(`A resource cannot be called ${name}`);
  const interfaces = names.map((name) => {
    const methods = operations.filter((operation) => operation.resource === name).map(methodType);
    return `/** Calls of \`portico.${name}\`. */\nexport interface ${interfaceName(name)} {\n${methods.join("\n")}\n}\n`;
  });
  const properties = names.map((name) => `  declare readonly ${name}: ${interfaceName(name)};`);
  return `import type { Call } from "../runtime/call";
import type { RequestOptions } from "../runtime/engine";
import type { ListCall } from "../runtime/listCall";
import type { Body, Conditional, Query, Result, Row } from "../runtime/operationTypes";

${interfaces.join("\n")}
/** Typed properties for the resources that the client defines at run time. */
export abstract class Resources {
${properties.join("\n")}
}
`;
}

function interfaceName(resource: string): string {
  return `${resource.charAt(0).toUpperCase()}${resource.slice(1)}Resource`;
}

function methodType(operation: OperationSpec): string {
  const { operationId, verb, pathNames, paginated, method } = operation;
  const id = JSON.stringify(operationId);
  const path = pathNames.map((name) => `${name}: string, `).join("");
  const input = takesInput(operation) ? `${inputType(operation)}, ` : "";
  const result = paginated ? `ListCall<Row<${id}>>` : `Call<Result<${id}>>`;
  // The overload with the narrower options has to stand first to be chosen.
  const conditional =
    method === "GET" && !paginated
      ? `  /** ${verb} unless the \`ETag\` in \`ifNoneMatch\` is still current. */
  ${verb}(${path}${input}options: Conditional): Call<Result<${id}> | undefined>;\n`
      : "";
  return `${conditional}${documentation(operation)}
  ${verb}(${path}${input}options?: RequestOptions): ${result};\n`;
}

/** Body and query are one flat object, as they are in the arguments of the Convex function. */
function inputType(operation: OperationSpec): string {
  const id = JSON.stringify(operation.operationId);
  const parts: string[] = [];
  if (operation.hasBody) parts.push(`Body<${id}>`);
  if (operation.queryNames.length > 0) parts.push(`Query<${id}>`);
  const isRequired = operation.bodyRequired || operation.queryRequired;
  return `input${isRequired ? "" : "?"}: ${parts.join(" & ")}`;
}

function documentation(operation: OperationSpec): string {
  const { resource, verb, pathNames, paginated, summary, description, deprecated } = operation;
  const args = [...pathNames, ...(operation.bodyRequired ? ["input"] : [])].join(", ");
  const call = `portico.${resource}.${verb}(${args})`;
  const example = paginated ? `for await (const row of ${call}) …` : `await ${call}`;
  const lines = [
    ...text(summary),
    ...(description && description !== summary ? ["", ...text(description)] : []),
    "",
    ...(deprecated ? ["@deprecated The API announces the end of this operation."] : []),
    `@example ${example}`,
  ];
  return `  /**\n${lines.map((line) => `   * ${line}`.trimEnd()).join("\n")}\n   */`;
}

/** Lines of a comment; a comment's end inside the text must not end it. */
function text(source: string): string[] {
  return source.trim().replaceAll("*/", "*\\/").split("\n");
}
