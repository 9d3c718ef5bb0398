/** @import { Node, Rule } from "../ruleTypes" */

/** Objects whose `fetch` is the global one. */
const globalObjects = new Set(["globalThis", "self", "window"]);

/**
 * Refuses the global `fetch`, called or handed on: it follows redirects, waits without end and goes wherever it is told.
 *
 * @type {Rule}
 */
export const noBareFetch = {
  meta: {
    type: "problem",
    messages: {
      bare: "Requests to others go through `outboundFetch` of convex/core/wire: it checks the URL, follows no redirect and ends in time.",
    },
  },
  create(context) {
    return {
      Identifier(node) {
        if (node.name === "fetch" && standsForVariable(node)) context.report({ node, messageId: "bare" });
      },
      MemberExpression(node) {
        const name = node.property.type === "Literal" ? node.property.value : undefined;
        const isNamed = !node.computed && node.property.type === "Identifier" && node.property.name === "fetch";
        if ((isNamed || name === "fetch") && isGlobalObject(node.object)) context.report({ node, messageId: "bare" });
      },
      VariableDeclarator(node) {
        if (node.id.type !== "ObjectPattern" || !isGlobalObject(node.init)) return;
        for (const property of node.id.properties) {
          if (property.type === "Property" && property.key.type === "Identifier" && property.key.name === "fetch")
            context.report({ node: property, messageId: "bare" });
        }
      },
    };
  },
};

/** @param {Node} node */
function isGlobalObject(node) {
  return node?.type === "Identifier" && globalObjects.has(node.name);
}

/**
 * Whether an identifier is read as the variable of its name, and is not the name of a member.
 *
 * @param {NonNullable<Node>} node
 */
function standsForVariable(node) {
  const { parent } = node;
  switch (parent?.type) {
    case "MemberExpression":
      return parent.object === node || parent.computed;
    case "Property":
      return parent.parent.type === "ObjectExpression" && parent.value === node;
    case "CallExpression":
    case "NewExpression":
    case "VariableDeclarator":
    case "AssignmentExpression":
    case "AssignmentPattern":
    case "ArrayExpression":
    case "ConditionalExpression":
    case "LogicalExpression":
    case "ReturnStatement":
    case "ArrowFunctionExpression":
    case "SpreadElement":
    case "TSAsExpression":
      return true;
    default:
      return false;
  }
}
