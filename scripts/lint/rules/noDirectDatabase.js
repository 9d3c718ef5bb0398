/** @import { ObjectPattern, Rule } from "../ruleTypes" */

/**
 * Refuses `ctx.db`, however it is spelt: only the engine may see the database that is not scoped to a tenant.
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
    return {
      MemberExpression(node) {
        if (propertyName(node.property, node.computed) === "db") context.report({ node, messageId: "direct" });
      },
      ObjectPattern(node) {
        for (const property of destructuredProperties(node)) {
          if (propertyName(property.key, property.computed) === "db") {
            context.report({ node: property, messageId: "direct" });
          }
        }
      },
    };
  },
};

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
