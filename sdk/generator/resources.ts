import { byText, type OperationSpec } from "./document";
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
  const written = interfaces.join("\n");
  const used = (types: readonly string[]) =>
    types.filter((type) => new RegExp(`\\b${type}\\b(?!")`).test(written)).join(", ");
  const models = operations.flatMap(({ bodyType, answerType, rowType }) => [bodyType, answerType, rowType]);
  const modelNames = [...new Set(models)].filter((name) => name !== undefined).toSorted(byText);
  return `import type { Call } from "../runtime/call";
import type { ${used(["Bytes", "ChangeOptions", "ReadOptions", "RequestOptions"])} } from "../runtime/engine";
import type { ListCall, Page } from "../runtime/listCall";
import type { ${used(["Body", "Query", "Result"])} } from "../runtime/operationTypes";
import type {
${modelNames
  .filter((name) => used([name]) !== "")
  .map((name) => `  ${name},`)
  .join("\n")}
} from "./models";

${written}
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
  const { operationId, verb, pathNames, paginated, method, answerType, rowType, dryRun } = operation;
  const id = JSON.stringify(operationId);
  const path = pathNames.map((name) => `${name}: string, `).join("");
  const type = takesInput(operation) ? inputType(operation) : undefined;
  const needed = isInputRequired(operation);
  const input = type === undefined ? "" : `input${needed ? "" : "?"}: ${type}, `;
  const inputBeforeOptions = type === undefined ? "" : `input: ${type}${needed ? "" : " | undefined"}, `;
  const data = operation.answersBytes ? "Blob" : (rowType ?? answerType ?? `Result<${id}>`);
  const bytes = operation.takesBytes ? "bytes: Bytes, " : "";
  const result = paginated ? `ListCall<${data}>` : `Call<${data}>`;
  const head = `${documentation(operation)}\n  ${verb}(${path}${bytes}${input}`;
  if (method !== "GET") return `${head}options?: ${dryRun ? "ChangeOptions" : "RequestOptions"}): ${result};\n`;
  // Options that may hold an `ifNoneMatch` match the second overload, even as a variable of unknown value.
  const whole = paginated ? `Page<${data}>` : data;
  return `${head}options?: ReadOptions): ${result};
  /** ${verb} unless the \`ETag\` in \`ifNoneMatch\` is still current: then undefined. */
  ${verb}(${path}${inputBeforeOptions}options: RequestOptions): Call<${whole} | undefined>;\n`;
}

/** Body and query are one flat object, as they are in the arguments of the Convex function. */
function inputType(operation: OperationSpec): string {
  const id = JSON.stringify(operation.operationId);
  const parts: string[] = [];
  if (operation.hasBody) parts.push(operation.bodyType ?? `Body<${id}>`);
  if (operation.queryNames.length > 0) parts.push(`Query<${id}>`);
  if (operation.headerFields.length > 0) parts.push(`{ ${operation.headerFields.join("; ")} }`);
  return parts.join(" & ");
}

function isInputRequired(operation: OperationSpec): boolean {
  const isHeaderRequired = operation.headerFields.some((field) => !field.includes("?:"));
  return operation.bodyRequired || operation.queryRequired || isHeaderRequired;
}

/** `create(input)`, `list(input?)`: how a method is called, options aside. */
export function callText(operation: OperationSpec): string {
  const input = takesInput(operation) ? [isInputRequired(operation) ? "input" : "input?"] : [];
  const bytes = operation.takesBytes ? ["bytes"] : [];
  return `${operation.verb}(${[...operation.pathNames, ...bytes, ...input].join(", ")})`;
}

function documentation(operation: OperationSpec): string {
  const { summary, description, deprecated, example } = operation;
  const lines = [
    ...text(summary),
    ...(description && description !== summary ? ["", ...text(description)] : []),
    ...described(operation),
    ...(deprecated ? ["", "@deprecated The API announces the end of this operation."] : []),
    ...(example === undefined ? [] : ["", "@example", ...text(example)]),
  ];
  return `  /**\n${lines.map((line) => `   * ${line}`.trimEnd()).join("\n")}\n   */`;
}

/** What goes in and what may be thrown, as far as the document tells more than the types do. */
function described({ pathNames, pathDescriptions, bodyDescription, problems }: OperationSpec): string[] {
  const path = pathNames.flatMap((name) => {
    const description = pathDescriptions.get(name);
    return description ? [`@param ${name} - ${description}`] : [];
  });
  const input = bodyDescription === undefined ? [] : [`@param input - ${bodyDescription}`];
  const own = Object.entries(problems)
    .toSorted(([a], [b]) => byText(a, b))
    .map(
      ([status, codes]) =>
        `${status} ${[codes]
          .flat()
          .map((code) => `\`${String(code)}\``)
          .join(", ")}`,
    );
  const thrown =
    own.length === 0 ? [] : [`@throws {ApiError} ${own.join("; ")}; and what any call may be refused with.`];
  const lines = [...path, ...input, ...thrown].flatMap(text);
  return lines.length === 0 ? [] : ["", ...lines];
}

/** Lines of a comment; a comment's end inside the text must not end it. */
function text(source: string): string[] {
  return source.trim().replaceAll("*/", "*\\/").split("\n");
}
