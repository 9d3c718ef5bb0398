import { asText, isRecord } from "../src/runtime/json";

type Json = Record<string, unknown>;

/** What the generator needs to know of one operation that has a method in the SDK. */
export interface OperationSpec {
  readonly operationId: string;
  readonly resource: string;
  readonly verb: string;
  readonly method: string;
  readonly path: string;
  readonly summary: string;
  readonly description: string | undefined;
  readonly deprecated: boolean;
  readonly pathNames: readonly string[];
  /** What each argument of the path is, by its name. */
  readonly pathDescriptions: ReadonlyMap<string, string>;
  readonly queryNames: readonly string[];
  readonly queryRequired: boolean;
  readonly hasBody: boolean;
  /** The body is bytes; the inputs beside it travel as headers. */
  readonly takesBytes: boolean;
  /** The fields of those inputs as TypeScript, in their order. */
  readonly headerFields: readonly string[];
  /** The answer is bytes. */
  readonly answersBytes: boolean;
  readonly bodyRequired: boolean;
  /** Names of the schemas of body, success answer and row, where they have names; a list's row always has one. */
  readonly bodyType: string | undefined;
  readonly bodyDescription: string | undefined;
  readonly answerType: string | undefined;
  readonly rowType: string | undefined;
  /** The statements that call the method, as the document's sample has them. */
  readonly example: string | undefined;
  readonly paginated: boolean;
  readonly idempotent: boolean;
  /** The function takes `organizationId` beside the arguments of the operation. */
  readonly tenant: boolean;
  /** The method takes the option `dryRun`, the function the argument. */
  readonly dryRun: boolean;
  /** The problem codes of its own by status, those of its kind aside. */
  readonly problems: Readonly<Record<string, unknown>>;
  readonly convexFunction: { readonly name: string; readonly type: string } | undefined;
}

const methods = ["get", "put", "post", "delete", "patch"];

/** The document as JSON with the references of one object followed. */
export class OpenApiDocument {
  readonly #root: Json;

  constructor(root: unknown) {
    if (!isRecord(root) || !isRecord(root["paths"])) throw new Error("The OpenAPI document has no paths");
    this.#root = root;
  }

  /** Follows `$ref`s within the document until there is none. */
  resolve(value: unknown): Json {
    let current = value;
    while (isRecord(current) && typeof current["$ref"] === "string") {
      const pointer = current["$ref"];
      current = pointer
        .replace(/^#\//, "")
        .split("/")
        .reduce<unknown>(
          (node, key) => (isRecord(node) ? node[key.replaceAll("~1", "/").replaceAll("~0", "~")] : undefined),
          this.#root,
        );
      if (current === undefined) throw new Error(`The OpenAPI document has no ${pointer}`);
    }
    return isRecord(current) ? current : {};
  }

  /**
   * The problem codes that a set of the document names, by status.
   *
   * @throws {Error} when there is none of that name
   */
  problemSet(name: string): Json {
    const set = this.resolve(this.#root["x-portico-problem-sets"])[name];
    if (!isRecord(set)) throw new Error(`The OpenAPI document has no problem set ${name}`);
    return set;
  }

  /** Names of the component schemas. */
  schemaNames(): string[] {
    const { schemas } = this.resolve(this.#root["components"]);
    return isRecord(schemas) ? Object.keys(schemas).toSorted(byText) : [];
  }

  /** Every operation of the document, raw, in the order of its path and method. */
  rawOperations(): { path: string; method: string; pathItem: Json; operation: Json }[] {
    return Object.entries(this.resolve(this.#root["paths"]))
      .toSorted(([a], [b]) => byText(a, b))
      .flatMap(([path, item]) => {
        const pathItem = this.resolve(item);
        return methods.flatMap((method) => {
          const operation = pathItem[method];
          return isRecord(operation) ? [{ path, method, pathItem, operation }] : [];
        });
      });
  }

  /** The types of events that webhooks are told of, each with the name of its payload's schema. */
  webhooks(): [string, string][] {
    return Object.entries(this.resolve(this.#root["webhooks"])).map(([type, item]) => {
      const body = this.resolve(this.resolve(this.resolve(item)["post"])["requestBody"]);
      const model = modelName(this.resolve(this.resolve(body["content"])["application/json"])["schema"]);
      if (model === undefined) throw new Error(`The event ${type} has no schema with a name`);
      return [type, model];
    });
  }

  /** The operations that carry `x-portico-resource`, by resource and verb. */
  operations(): OperationSpec[] {
    const specs = this.rawOperations()
      .filter(({ operation }) => operation["x-portico-resource"] !== undefined)
      .map((raw) => this.#spec(raw))
      .toSorted((a, b) => byText(a.resource, b.resource) || byText(a.verb, b.verb));
    for (const [index, { resource, verb }] of specs.entries()) {
      const next = specs[index + 1];
      if (next?.resource === resource && next.verb === verb)
        throw new Error(`Two operations are called ${resource}.${verb}`);
    }
    return specs;
  }

  #spec(raw: { path: string; method: string; pathItem: Json; operation: Json }): OperationSpec {
    const { path, operation } = raw;
    const method = raw.method.toUpperCase();
    const where = `${method} ${path}`;
    const parameters = [...list(raw.pathItem["parameters"]), ...list(operation["parameters"])].map((parameter) =>
      this.resolve(parameter),
    );
    const query = parameters.filter((parameter) => parameter["in"] === "query");
    const takesHeader = (header: string) =>
      parameters.some(({ in: place, name: own }) => place === "header" && asText(own)?.toLowerCase() === header);
    const body = this.resolve(operation["requestBody"]);
    const content = this.resolve(body["content"]);
    const hasBody = "application/json" in content;
    const takesBytes = "application/octet-stream" in content;
    if (operation["requestBody"] !== undefined && !hasBody && !takesBytes)
      throw new Error(`${where}: only JSON and bytes can become bodies of SDK methods`);
    const inHeaders = parameters.filter(({ in: place, name: own }) => place === "header" && takesBytes && isInput(own));
    if (hasBody && (method === "GET" || method === "DELETE"))
      throw new Error(`${where}: ${method} with a body is not supported`);
    const paginated = this.#isPage(operation);
    const rowType = modelName(this.resolve(this.#pageProperties(operation)["data"])["items"]);
    if (paginated && rowType === undefined) throw new Error(`${where}: the rows of the list have no named schema`);
    const name = asText(operation["x-portico-function"]);
    const type = asText(operation["x-portico-function-type"]);
    return {
      operationId: required(operation, "operationId", where),
      resource: required(operation, "x-portico-resource", where),
      verb: required(operation, "x-portico-verb", where),
      method,
      path,
      summary: required(operation, "summary", where),
      description: asText(operation["description"]),
      deprecated: operation["deprecated"] === true,
      pathDescriptions: new Map(
        parameters.flatMap(({ in: place, name: own, description }) =>
          place === "path" ? [[String(own), asText(description) ?? ""]] : [],
        ),
      ),
      pathNames: Array.from(path.matchAll(/\{(\w+)\}/g), ([, match = ""]) => match),
      queryNames: query.map((parameter) => required(parameter, "name", where)),
      queryRequired: query.some((parameter) => parameter["required"] === true),
      hasBody,
      takesBytes,
      headerFields: inHeaders.map(headerField),
      answersBytes: "*/*" in this.resolve(this.resolve(this.resolve(operation["responses"])["200"])["content"]),
      // An update of nothing is a mistake, although the API takes it.
      bodyRequired: hasBody && (method !== "POST" || (body["required"] === true && this.#hasRequiredFields(content))),
      bodyType: modelName(this.resolve(content["application/json"])["schema"]),
      bodyDescription: asText(this.resolve(this.resolve(content["application/json"])["schema"])["description"]),
      answerType: this.#answerType(operation),
      rowType,
      example: exampleOf(operation),
      paginated,
      idempotent: operation["x-portico-idempotent"] === true,
      tenant: takesHeader("portico-organization"),
      dryRun: takesHeader("portico-dry-run"),
      problems: this.resolve(operation["x-portico-problems"]),
      convexFunction: name !== undefined && type !== undefined ? { name, type } : undefined,
    };
  }

  /** False when an empty object would be a valid body, so that callers may leave it out. */
  #hasRequiredFields(content: Json): boolean {
    const schema = this.resolve(this.resolve(content["application/json"])["schema"]);
    const { type, minProperties = 0 } = schema;
    return type !== "object" || list(schema["required"]).length > 0 || Number(minProperties) > 0;
  }

  /** The one name of what a success answers with; undefined when there are several or none. */
  #answerType(operation: Json): string | undefined {
    const names = Object.entries(this.resolve(operation["responses"]))
      .filter(([status]) => /^2\d\d$/.test(status))
      .map(([, response]) => {
        const content = this.resolve(this.resolve(response)["content"]);
        return modelName(this.resolve(content["application/json"])["schema"]);
      });
    return new Set(names).size === 1 ? names[0] : undefined;
  }

  #isPage(operation: Json): boolean {
    const properties = this.#pageProperties(operation);
    return "data" in properties && "page" in properties;
  }

  #pageProperties(operation: Json): Json {
    const answer = this.resolve(this.resolve(operation["responses"])["200"]);
    const json = this.resolve(this.resolve(answer["content"])["application/json"]);
    return this.resolve(this.resolve(json["schema"])["properties"]);
  }

  /** Names of the schemas that request bodies are made of. */
  inputSchemaNames(): ReadonlySet<string> {
    const found = new Set<string>();
    const visit = (node: unknown): void => {
      if (Array.isArray(node)) return node.forEach(visit);
      if (!isRecord(node)) return;
      const name = modelName(node);
      if (name === undefined) return Object.values(node).forEach(visit);
      if (found.has(name)) return;
      found.add(name);
      visit(this.resolve(node));
    };
    for (const { operation } of this.rawOperations()) visit(this.resolve(operation["requestBody"])["content"]);
    return found;
  }
}

/** What follows the making of the client in the TypeScript sample of the operation. */
function exampleOf(operation: Json): string | undefined {
  const sample = list(operation["x-codeSamples"]).find((each) => isRecord(each) && each["lang"] === "TypeScript");
  return isRecord(sample) ? asText(sample["source"])?.split("\n\n").at(-1) : undefined;
}

/** Headers that carry inputs are `X-…`, as none of the API's own but one are. */
function isInput(header: unknown): boolean {
  return /^x-(?!request-id)/i.test(asText(header) ?? "");
}

/** `X-File-Name` as the field `fileName` of an input. */
function headerField(parameter: Json): string {
  const name = (asText(parameter["name"]) ?? "")
    .slice(2)
    .toLowerCase()
    .replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
  const { enum: options } = isRecord(parameter["schema"]) ? parameter["schema"] : {};
  const type = Array.isArray(options) ? options.map((option) => JSON.stringify(option)).join(" | ") : "string";
  return parameter["required"] === true ? `${name}: ${type}` : `${name}?: ${type} | undefined`;
}

/** The name by which the package exports the schema that a reference points to. */
function modelName(schema: unknown): string | undefined {
  const pointer = isRecord(schema) ? asText(schema["$ref"]) : undefined;
  return pointer === undefined ? undefined : /^#\/components\/schemas\/([A-Z]\w*)$/.exec(pointer)?.[1];
}

/** Orders by code unit: the same everywhere, whatever the locale. */
export function byText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function required(from: Json, field: string, where: string): string {
  const value = asText(from[field]);
  if (!value) throw new Error(`${where}: ${field} is missing`);
  return value;
}
