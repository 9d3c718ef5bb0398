import { byText, isObject } from "./json";
import type { JsonObject } from "./json";

type Direction = "request" | "response";
type Comparison = (place: string, base: unknown, next: unknown) => string[];

const methods = ["get", "put", "post", "patch", "delete"];
const lowerBounds = ["minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"];
const upperBounds = ["maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"];

/**
 * Lists what in `next` breaks clients written against `base`, a sentence each; empty when nothing does.
 *
 * A request may take more but not less, an answer may hold more but not less. New values of an answer's enum and new
 * problem codes are no breaks: clients must expect both. An operation may go once its announced end has come.
 */
export function breakingChanges(base: JsonObject, next: JsonObject, now: number = Date.now()): string[] {
  return new CompatibilityCheck(base, next, now).run();
}

class CompatibilityCheck {
  /** Pairs under comparison, so that recursive schemas end. */
  readonly #open = new Set<string>();

  constructor(
    readonly base: JsonObject,
    readonly next: JsonObject,
    readonly now: number,
  ) {}

  run(): string[] {
    const [basePaths, nextPaths] = [objectAt(this.base, "paths"), objectAt(this.next, "paths")];
    return Object.keys(basePaths)
      .toSorted(byText)
      .flatMap((path) =>
        methods
          .filter((method) => isObject(objectAt(basePaths, path)[method]))
          .flatMap((method) => {
            const place = `${method.toUpperCase()} ${path}`;
            const operation = objectAt(nextPaths, path)[method];
            const before = objectAt(objectAt(basePaths, path), method);
            if (isObject(operation)) return this.#operation(place, before, operation);
            const { until } = objectAt(before, "x-portico-deprecation");
            if (typeof until !== "string") return [`${place} is gone.`];
            return Date.parse(until) <= this.now ? [] : [`${place} is gone, but was to answer until ${until}.`];
          }),
      );
  }

  #operation(place: string, base: JsonObject, next: JsonObject): string[] {
    return [
      ...(base["operationId"] === next["operationId"]
        ? []
        : [`${place}: operationId ${String(base["operationId"])} became ${String(next["operationId"])}.`]),
      ...this.#security(place, base["security"], next["security"]),
      ...this.#parameters(place, base["parameters"], next["parameters"]),
      ...this.#requestBody(place, base["requestBody"], next["requestBody"]),
      ...this.#responses(place, objectAt(base, "responses"), objectAt(next, "responses")),
    ];
  }

  /** Each way to authenticate must stay, and need no scope that it did not need. */
  #security: Comparison = (place, base, next) => {
    const ways = listOf(next);
    const isMet = (way: JsonObject) =>
      ways.some((candidate) =>
        Object.entries(candidate).every(([scheme, scopes]) => {
          const held = way[scheme];
          return Array.isArray(held) && listOfText(scopes).every((scope) => held.includes(scope));
        }),
      );
    if (ways.length === 0) return [];
    if (listOf(base).length === 0) return [`${place} needs a credential now.`];
    return listOf(base)
      .filter((way) => !isMet(way))
      .map((way) => `${place} is no longer open to ${JSON.stringify(way)}.`);
  };

  #parameters: Comparison = (place, base, next) => {
    const before = this.#byName(this.base, base);
    const after = this.#byName(this.next, next);
    const changed = [...before].flatMap(([name, parameter]) => {
      const now = after.get(name);
      if (!now) return [`${place}: the parameter ${name} is gone.`];
      if (now["required"] === true && parameter["required"] !== true)
        return [`${place}: the parameter ${name} became required.`];
      return this.#schema("request", `${place}: the parameter ${name}`, parameter["schema"], now["schema"]);
    });
    const added = [...after]
      .filter(([name, parameter]) => parameter["required"] === true && !before.has(name))
      .map(([name]) => `${place}: the parameter ${name} is new and required.`);
    return [...changed, ...added];
  };

  #byName(root: JsonObject, parameters: unknown): Map<string, JsonObject> {
    return new Map(
      listOf(parameters)
        .map((parameter) => resolved(root, parameter))
        .map((parameter) => [`${String(parameter["in"])} ${String(parameter["name"])}`, parameter]),
    );
  }

  #requestBody: Comparison = (place, base, next) => {
    const [before, after] = [resolved(this.base, base), resolved(this.next, next)];
    const required =
      after["required"] === true && before["required"] !== true ? [`${place}: the body became required.`] : [];
    return [...required, ...this.#content("request", `${place}: the body`, before["content"], after["content"])];
  };

  /** Only successes are promises; which refusals an operation has may change. */
  #responses(place: string, base: JsonObject, next: JsonObject): string[] {
    return Object.keys(base)
      .filter((status) => status.startsWith("2"))
      .flatMap((status) => {
        if (!(status in next)) return [`${place}: the answer ${status} is gone.`];
        const [before, after] = [resolved(this.base, base[status]), resolved(this.next, next[status])];
        const headers = Object.keys(objectAt(before, "headers"))
          .filter((name) => !(name in objectAt(after, "headers")))
          .map((name) => `${place}: the answer ${status} lost the header ${name}.`);
        return [
          ...headers,
          ...this.#content("response", `${place}: the answer ${status}`, before["content"], after["content"]),
        ];
      });
  }

  #content(direction: Direction, place: string, base: unknown, next: unknown): string[] {
    const after = isObject(next) ? next : {};
    return Object.entries(isObject(base) ? base : {}).flatMap(([mediaType, content]) => {
      const now = after[mediaType];
      if (!isObject(now)) return [`${place} is no longer ${mediaType}.`];
      return this.#schema(direction, place, isObject(content) ? content["schema"] : undefined, now["schema"]);
    });
  }

  #schema(direction: Direction, place: string, base: unknown, next: unknown): string[] {
    const pair = JSON.stringify([direction, base, next]);
    if (this.#open.has(pair)) return [];
    this.#open.add(pair);
    const found = this.#resolvedSchema(direction, place, resolved(this.base, base), resolved(this.next, next));
    this.#open.delete(pair);
    return found;
  }

  #resolvedSchema(direction: Direction, place: string, base: JsonObject, next: JsonObject): string[] {
    const alternatives = this.#alternatives(direction, place, base, next);
    if (alternatives) return alternatives;
    const shape = [
      ...typeChanges(direction, place, base, next),
      ...valueChanges(direction, place, base, next),
      ...this.#properties(direction, place, base, next),
    ];
    if (!("items" in base) && !("items" in next)) return shape;
    return [...shape, ...this.#schema(direction, `${place}[]`, base["items"], next["items"])];
  }

  /** Unions: a request must still take every branch, an answer may not hold a new one. */
  #alternatives(direction: Direction, place: string, base: JsonObject, next: JsonObject): string[] | undefined {
    const [before, after] = [branchesOf(base), branchesOf(next)];
    if (before.length <= 1 && after.length <= 1) return undefined;
    const [promised, offered] = direction === "request" ? [before, after] : [after, before];
    const fits = (branch: JsonObject, other: JsonObject) =>
      (direction === "request"
        ? this.#schema(direction, place, branch, other)
        : this.#schema(direction, place, other, branch)
      ).length === 0;
    return promised.filter((branch) => !offered.some((other) => fits(branch, other))).length === 0
      ? []
      : [`${place} ${direction === "request" ? "takes less" : "may be something else"} than before.`];
  }

  #properties(direction: Direction, place: string, base: JsonObject, next: JsonObject): string[] {
    const [before, after] = [objectAt(base, "properties"), objectAt(next, "properties")];
    const [neededBefore, neededAfter] = [listOfText(base["required"]), listOfText(next["required"])];
    const changed = Object.entries(before).flatMap(([name, schema]) => {
      const inner = `${place}.${name}`;
      if (!(name in after)) return [`${inner} is gone.`];
      return this.#schema(direction, inner, schema, after[name]);
    });
    const required =
      direction === "request"
        ? neededAfter.filter((name) => !neededBefore.includes(name)).map((name) => `${place}.${name} became required.`)
        : neededBefore
            .filter((name) => name in after && !neededAfter.includes(name))
            .map((name) => `${place}.${name} may be absent now.`);
    return [...changed, ...required];
  }
}

function typeChanges(direction: Direction, place: string, base: JsonObject, next: JsonObject): string[] {
  const [before, after] = [typesOf(base), typesOf(next)];
  const [promised, offered] = direction === "request" ? [before, after] : [after, before];
  // No type means any type: a request that takes any takes all, an answer that was any stays any.
  if (offered.length === 0) return [];
  const fits =
    promised.length > 0 &&
    promised.every((type) => offered.includes(type) || (type === "integer" && offered.includes("number")));
  return fits ? [] : [`${place} was ${before.join("|") || "anything"} and is ${after.join("|") || "anything"}.`];
}

function valueChanges(direction: Direction, place: string, base: JsonObject, next: JsonObject): string[] {
  if (direction === "response") return [];
  const [before, after] = [valuesOf(base), valuesOf(next)];
  const lost = after ? (before ?? []).filter((value) => !after.includes(value)) : [];
  return [
    ...(after && !before ? [`${place} takes only ${after.join(", ")} now.`] : []),
    ...(lost.length > 0 ? [`${place} no longer takes ${lost.map(String).join(", ")}.`] : []),
    ...lowerBounds
      .filter((bound) => Number(next[bound] ?? -Infinity) > Number(base[bound] ?? -Infinity))
      .map((bound) => `${place}: ${bound} rose.`),
    ...upperBounds
      .filter((bound) => Number(next[bound] ?? Infinity) < Number(base[bound] ?? Infinity))
      .map((bound) => `${place}: ${bound} fell.`),
    ...["pattern", "format"]
      .filter(
        (rule) =>
          next[rule] !== undefined &&
          next[rule] !== base[rule] &&
          !(rule === "format" && typeof base["type"] !== "string"),
      )
      .filter((rule) => !(rule === "format" && isIntegerFormat(next[rule])))
      .map((rule) => `${place}: ${rule} changed.`),
  ];
}

/** Width of integers: their bounds say the same, and are compared. */
function isIntegerFormat(format: unknown): boolean {
  return format === "int32" || format === "int64";
}

/** A type that may be null is a union too, in whichever of its two forms. */
function branchesOf(schema: JsonObject): JsonObject[] {
  const branches = [schema["anyOf"], schema["oneOf"]].flat().filter(isObject);
  if (branches.length > 0) return branches;
  const types = typesOf(schema);
  if (types.length < 2 || !types.includes("null")) return [schema];
  const values = valuesOf(schema);
  const value = {
    ...schema,
    type: types.filter((type) => type !== "null"),
    ...(values ? { enum: values.filter((one) => one !== null) } : {}),
  };
  return [value, { type: "null" }];
}

function typesOf(schema: JsonObject): string[] {
  return [schema["type"]].flat().filter((type) => typeof type === "string");
}

function valuesOf(schema: JsonObject): unknown[] | undefined {
  if ("const" in schema) return [schema["const"]];
  return Array.isArray(schema["enum"]) ? schema["enum"] : undefined;
}

function resolved(root: JsonObject, value: unknown): JsonObject {
  if (!isObject(value)) return {};
  const { $ref } = value;
  if (typeof $ref !== "string") return value;
  const target = $ref
    .replace(/^#\//, "")
    .split("/")
    .reduce<unknown>(
      (node, key) => (isObject(node) ? node[key.replaceAll("~1", "/").replaceAll("~0", "~")] : undefined),
      root,
    );
  return resolved(root, target);
}

function objectAt(from: JsonObject, key: string): JsonObject {
  const value = from[key];
  return isObject(value) ? value : {};
}

function listOf(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

function listOfText(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((entry) => typeof entry === "string") : [];
}
