/** @import { ImportSpecifier, ObjectPattern, Rule } from "../ruleTypes" */

/**
 * Refuses `ctx.db`, however it is spelt, where Convex's own contexts are in reach: in files that import a function builder
 * or a context type from `_generated/server`. Everywhere else a handler's `db` is the tenant's.
 *
 * @type {Rule}
 */
export const noDirectDatabase = {
  meta: {
    type: "problem",
    messages: {
      direct:
        "`db` is not scoped to a tenant: only convex/core touches it. Use the tenant database handed to the handler.",
    },
  },
  create(context) {
    let seesRawContexts = false;
    return {
      ImportDeclaration(node) {
        if (!node.source.value.endsWith("_generated/server")) return;
        seesRawContexts ||= node.specifiers.some(isRawContextSource);
      },
      MemberExpression(node) {
        if (seesRawContexts && propertyName(node.property, node.computed) === "db") {
          context.report({ node, messageId: "direct" });
        }
      },
      ObjectPattern(node) {
        if (!seesRawContexts) return;
        for (const property of destructuredProperties(node)) {
          if (propertyName(property.key, property.computed) === "db") {
            context.report({ node: property, messageId: "direct" });
          }
        }
      },
    };
  },
};

/** Exports of `_generated/server` through which Convex hands out its own database. */
const rawContextSources = new Set([
  "query",
  "mutation",
  "internalQuery",
  "internalMutation",
  "QueryCtx",
  "MutationCtx",
  "DatabaseReader",
  "DatabaseWriter",
]);

/** @param {ImportSpecifier} specifier */
function isRawContextSource(specifier) {
  if (specifier.type !== "ImportSpecifier") return false;
  return specifier.imported.type === "Identifier" && rawContextSources.has(specifier.imported.name);
}

/** @param {ObjectPattern} pattern */
function destructuredProperties(pattern) {
  return pattern.properties.flatMap((property) => (property.type === "Property" ? [property] : []));
}

/**
 * @param {{ type: string, name?: unknown, value?: unknown }} key
 * @param {boolean} isComputed
 */
function propertyName(key, isComputed) {
  if (key.type === "Literal") return key.value;
  return !isComputed && key.type === "Identifier" ? key.name : undefined;
}
