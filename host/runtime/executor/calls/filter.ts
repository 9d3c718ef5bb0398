import { compareValues, jsonToConvex } from "convex/values";
import type { Value } from "convex/values";
import { isJsonObject } from "../../../json";
import { valueAtPath } from "../../../values/convexJson";
import type { ConvexJson, ConvexJsonObject } from "../../../values/convexJson";
import { beforeCommit } from "../transaction/commitTimestamp";

/** Decides about one document. @throws {Error} when an operand has the wrong type, as Convex's evaluator does */
export type DocumentFilter = (document: ConvexJsonObject) => boolean;

type Expression = (document: ConvexJsonObject) => Value | undefined;

const comparisons: Readonly<Record<string, (order: number) => boolean>> = {
  $eq: (order) => order === 0,
  $neq: (order) => order !== 0,
  $lt: (order) => order < 0,
  $lte: (order) => order <= 0,
  $gt: (order) => order > 0,
  $gte: (order) => order >= 0,
};

const int64Min = -(2n ** 63n);
const int64Max = 2n ** 63n - 1n;

/** Compiles a serialized `.filter()` expression. There is no JavaScript truthiness: conditions must be booleans. */
export function compileFilter(json: ConvexJson): DocumentFilter {
  const expression = compileExpression(json);
  return (document) => requireBoolean(expression(document));
}

function compileExpression(json: ConvexJson): Expression {
  if (!isJsonObject(json)) throw new Error("Malformed filter expression");
  const [entry] = Object.entries(json);
  if (entry === undefined) throw new Error("Malformed filter expression");
  const [operator, operand] = entry;
  const comparison = comparisons[operator];
  if (comparison !== undefined) {
    const [left, right] = operands(operand);
    return (document) => comparison(compareValues(left(document), right(document)));
  }
  switch (operator) {
    case "$field": {
      if (typeof operand !== "string") throw new Error("Malformed filter expression");
      const path = operand.split(".");
      return (document) => decode(valueAtPath(document, path));
    }
    case "$literal": {
      const value = decode(operand);
      return () => value;
    }
    case "$and": {
      const all = list(operand);
      return (document) => all.every((expression) => requireBoolean(expression(document)));
    }
    case "$or": {
      const any = list(operand);
      return (document) => any.some((expression) => requireBoolean(expression(document)));
    }
    case "$not": {
      const inner = compileExpression(operand);
      return (document) => !requireBoolean(inner(document));
    }
    case "$neg": {
      const inner = compileExpression(operand);
      return (document) => negate(inner(document));
    }
    case "$add":
    case "$sub":
    case "$mul":
    case "$div":
    case "$mod": {
      const [left, right] = operands(operand);
      return (document) => arithmetic(operator, left(document), right(document));
    }
    default:
      throw new Error(`Unknown filter operator ${operator}`);
  }
}

function operands(json: ConvexJson): readonly [Expression, Expression] {
  const [left, right] = list(json);
  if (left === undefined || right === undefined) throw new Error("Malformed filter expression");
  return [left, right];
}

function list(json: ConvexJson): readonly Expression[] {
  if (!Array.isArray(json)) throw new Error("Malformed filter expression");
  return json.map(compileExpression);
}

function decode(json: ConvexJson | undefined): Value | undefined {
  if (json === undefined || (isJsonObject(json) && "$undefined" in json)) return undefined;
  return jsonToConvex(mutableJson(beforeCommit(json)));
}

/** jsonToConvex only reads its argument; its parameter type lacks the readonly modifiers. */
function mutableJson(json: ConvexJson): Parameters<typeof jsonToConvex>[0] {
  return json as Parameters<typeof jsonToConvex>[0];
}

function requireBoolean(value: Value | undefined): boolean {
  if (typeof value === "boolean") return value;
  throw new Error(`Expected a boolean in a filter expression, got ${describeType(value)}.`);
}

function negate(value: Value | undefined): Value {
  if (typeof value === "number") return -value;
  if (typeof value === "bigint") return checkedInt64(-value);
  throw new Error(`Cannot negate ${describeType(value)} in a filter expression.`);
}

function arithmetic(operator: string, left: Value | undefined, right: Value | undefined): Value {
  if (typeof left === "number" && typeof right === "number") {
    switch (operator) {
      case "$add":
        return left + right;
      case "$sub":
        return left - right;
      case "$mul":
        return left * right;
      case "$div":
        return left / right;
      default:
        return left % right;
    }
  }
  if (typeof left === "bigint" && typeof right === "bigint") {
    if ((operator === "$div" || operator === "$mod") && right === 0n) throw new Error("Division by zero in a filter.");
    switch (operator) {
      case "$add":
        return checkedInt64(left + right);
      case "$sub":
        return checkedInt64(left - right);
      case "$mul":
        return checkedInt64(left * right);
      case "$div":
        return checkedInt64(left / right);
      default:
        return left % right;
    }
  }
  throw new Error(
    `Arithmetic in a filter needs two numbers of one type, got ${describeType(left)} and ${describeType(right)}.`,
  );
}

function checkedInt64(value: bigint): bigint {
  if (value < int64Min || value > int64Max) throw new Error("Integer overflow in a filter expression.");
  return value;
}

function describeType(value: Value | undefined): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  return typeof value;
}
