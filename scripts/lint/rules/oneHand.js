/** @import { Rule } from "../ruleTypes" */

/**
 * Keeps to one way of writing where several would do: constants are camelCase like every other name, a bound is a `max`, and
 * errors declare their name as a field, which also holds before the constructor has run.
 *
 * @type {Rule}
 */
export const oneHand = {
  meta: {
    type: "suggestion",
    messages: {
      screaming: "Constants are camelCase: `maxBatchMs`, not `MAX_BATCH_MS`.",
      bound: "Say `max`: `maxRows`, not `maximumRows` or `longestRow`.",
      errorName: 'Declare the name of an error: `override readonly name = "…"`.',
    },
  },
  create(context) {
    return {
      VariableDeclarator({ id }) {
        if (id.type !== "Identifier") return;
        const messageId = problemOfName(id.name);
        if (messageId) context.report({ node: id, messageId });
      },
      AssignmentExpression(node) {
        const { left } = node;
        if (left.type !== "MemberExpression" || left.object.type !== "ThisExpression") return;
        if (left.property.type === "Identifier" && left.property.name === "name" && isOfError(node)) {
          context.report({ node, messageId: "errorName" });
        }
      },
    };
  },
};

/**
 * @param {string} name
 * @returns {"screaming" | "bound" | undefined} What is wrong with a variable's name, if anything.
 */
function problemOfName(name) {
  if (/^[A-Z][A-Z0-9]+(?:_[A-Z0-9]+)*$/.test(name)) return "screaming";
  return /^(?:maximum|longest)[A-Z]/.test(name) ? "bound" : undefined;
}

/**
 * @param {NonNullable<import("../ruleTypes").Node>} node
 * @returns {boolean} Whether the innermost class around a node extends something that is called an error.
 */
function isOfError(node) {
  for (let parent = node.parent; parent; parent = parent.parent) {
    if (parent.type === "ClassDeclaration" || parent.type === "ClassExpression") {
      return parent.superClass?.type === "Identifier" && /Error|Refusal/.test(parent.superClass.name);
    }
  }
  return false;
}
