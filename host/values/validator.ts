import { isJsonObject } from "../json";
import { specialTagOf } from "./convexJson";
import type { ConvexJson, ConvexJsonObject } from "./convexJson";
import { displayValidator, displayValue } from "./validatorDisplay";
import type { ObjectFieldJson, ValidatorJson } from "./validatorJson";

/** Tells the table of an id; null when the string is no id of a table in this deployment. */
export type TableOfId = (id: string) => string | null;

/** A compiled validator: null when the value passes, else Convex's message with path, value and validator. */
export type CompiledValidator = (value: ConvexJson) => string | null;

/** One node: true when the value passes. Kept free of messages so that the passing case allocates nothing. */
type Check = (value: ConvexJson) => boolean;

/**
 * Compiles a validator once, when it is first asked, so that a check costs no interpretation and most functions of a start
 * nothing. Messages follow Convex's, word for word.
 *
 * @param json what convex/server exported
 * @param tableOfId resolves ids for `v.id` checks
 */
export function compileValidator(json: ValidatorJson, tableOfId: TableOfId): CompiledValidator {
  let check: Check | undefined;
  return (value) => {
    check ??= compileCheck(json, tableOfId);
    return check(value) ? null : explain(json, value, "", tableOfId);
  };
}

function compileCheck(json: ValidatorJson, tableOfId: TableOfId): Check {
  switch (json.type) {
    case "any":
      return () => true;
    case "null":
      return (value) => value === null;
    case "boolean":
      return (value) => typeof value === "boolean";
    case "string":
      return (value) => typeof value === "string";
    case "number":
      return (value) => typeof value === "number" || isSpecial(value, "$float");
    case "bigint":
    case "commitTs":
      // A commit timestamp that is not known yet is checked as the Int64 that it will become.
      return (value) => isSpecial(value, "$integer") || isSpecial(value, "$commitTs");
    case "bytes":
      return (value) => isSpecial(value, "$bytes");
    case "id":
      return (value) => typeof value === "string" && tableOfId(value) === json.tableName;
    case "literal": {
      if (!isJsonObject(json.value)) return (value) => value === json.value;
      const expected = JSON.stringify(json.value);
      return (value) => isJsonObject(value) && JSON.stringify(value) === expected;
    }
    case "array": {
      const element = compileCheck(json.value, tableOfId);
      return (value) => Array.isArray(value) && value.every(element);
    }
    case "record": {
      const key = compileCheck(json.keys, tableOfId);
      const element = compileCheck(json.values.fieldType, tableOfId);
      return (value) => {
        if (!isPlainObject(value)) return false;
        for (const name in value) if (!key(name) || !element(value[name] ?? null)) return false;
        return true;
      };
    }
    case "object":
      return compileObjectCheck(json.value, tableOfId);
    case "union": {
      const members = json.value.map((member) => compileCheck(member, tableOfId));
      return (value) => {
        for (const member of members) if (member(value)) return true;
        return false;
      };
    }
  }
}

function compileObjectCheck(fieldsJson: { readonly [field: string]: ObjectFieldJson }, tableOfId: TableOfId): Check {
  const checks = new Map<string, Check>();
  const required: string[] = [];
  for (const [name, field] of Object.entries(fieldsJson)) {
    checks.set(name, compileCheck(field.fieldType, tableOfId));
    if (!field.optional) required.push(name);
  }
  return (value) => {
    if (!isPlainObject(value)) return false;
    for (const name in value) {
      const check = checks.get(name);
      if (check === undefined || !check(value[name] ?? null)) return false;
    }
    for (const name of required) if (!Object.hasOwn(value, name)) return false;
    return true;
  };
}

/** Finds the first failure in the order in which Convex looks for it. Only runs once a check has failed. */
function explain(json: ValidatorJson, value: ConvexJson, path: string, tableOfId: TableOfId): string | null {
  switch (json.type) {
    case "id": {
      if (typeof value !== "string") break;
      const table = tableOfId(value);
      if (table === null || table === json.tableName) break;
      const owner = table.startsWith("_") ? "a system table" : `table \`${table}\``;
      return `Found ID "${value}" from ${owner}, which does not match the table name in validator \`${displayValidator(json)}\`.${context(path)}`;
    }
    case "literal":
      if (compileCheck(json, tableOfId)(value)) return null;
      return `\`${displayValue(value)}\` does not match literal validator \`${displayValidator(json)}\`.${context(path)}`;
    case "array":
      if (!Array.isArray(value)) break;
      return firstFailure(value, (element, i) => explain(json.value, element, `${path}[${i}]`, tableOfId));
    case "record":
      if (!isPlainObject(value)) break;
      return firstFailure(
        Object.keys(value).sort(),
        (name) =>
          explain(json.keys, name, `${path}.keys()`, tableOfId) ??
          explain(json.values.fieldType, value[name] ?? null, `${path}.values()`, tableOfId),
      );
    case "object":
      if (!isPlainObject(value)) break;
      return explainObject(json, value, path, tableOfId);
    case "union": {
      const [only] = json.value;
      if (json.value.length === 1 && only !== undefined) return explain(only, value, path, tableOfId);
      break;
    }
    default:
      break;
  }
  if (compileCheck(json, tableOfId)(value)) return null;
  return `Value does not match validator.\n${context(path)}\nValue: ${displayValue(value)}\nValidator: ${displayValidator(json)}`;
}

function explainObject(
  json: Extract<ValidatorJson, { type: "object" }>,
  value: ConvexJsonObject,
  path: string,
  tableOfId: TableOfId,
): string | null {
  const subject = `\n${context(path)}\nObject: ${displayValue(value)}\nValidator: ${displayValidator(json)}`;
  const missingOrWrong = firstFailure(Object.keys(json.value).sort(), (name) => {
    const field = json.value[name];
    if (field === undefined) return null;
    if (Object.hasOwn(value, name)) return explain(field.fieldType, value[name] ?? null, `${path}.${name}`, tableOfId);
    if (field.optional) return null;
    return `Object is missing the required field \`${name}\`. Consider wrapping the field validator in \`v.optional(...)\` if this is expected.${subject}`;
  });
  if (missingOrWrong !== null) return missingOrWrong;
  return firstFailure(Object.keys(value).sort(), (name) =>
    Object.hasOwn(json.value, name)
      ? null
      : `Object contains extra field \`${name}\` that is not in the validator.${subject}`,
  );
}

function firstFailure<T>(items: readonly T[], explainItem: (item: T, index: number) => string | null): string | null {
  for (const [index, item] of items.entries()) {
    const message = explainItem(item, index);
    if (message !== null) return message;
  }
  return null;
}

function context(path: string): string {
  return path === "" ? "" : `Path: ${path}`;
}

function isPlainObject(value: ConvexJson): value is ConvexJsonObject {
  return isJsonObject(value) && specialTagOf(value) === null;
}

function isSpecial(value: ConvexJson, tag: string): boolean {
  return isJsonObject(value) && specialTagOf(value) === tag;
}
