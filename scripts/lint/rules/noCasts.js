/** @import { Cast, Node, Rule } from "../ruleTypes" */

/** A cast's home must stay readable at a glance. */
const maxHomeLines = 20;

/**
 * Refuses `value as Type` and `<Type>value`; `as const` narrows and is no cast. With the option
 * `"inDocumentedFunction"` a cast may stand in a short named function whose comment says what guarantees it.
 *
 * @type {Rule}
 */
export const noCasts = {
  meta: {
    type: "problem",
    schema: [{ enum: ["never", "inDocumentedFunction"] }],
    messages: {
      never: "No casts here: let the compiler infer it, parse it with a schema, or move it into convex/core.",
      undocumented: `A cast belongs in a named function of at most ${maxHomeLines} lines whose leading comment says what guarantees it.`,
    },
  },
  create(context) {
    const allowsDocumentedFunction = context.options[0] === "inDocumentedFunction";

    /** @param {Cast} node */
    function check(node) {
      if (isConstAssertion(node)) return;
      if (!allowsDocumentedFunction) {
        context.report({ node, messageId: "never" });
        return;
      }
      const home = enclosingNamedFunction(node);
      const isDocumented =
        home !== undefined &&
        home.loc.end.line - home.loc.start.line < maxHomeLines &&
        context.sourceCode.getCommentsBefore(home).length > 0;
      if (!isDocumented) context.report({ node, messageId: "undocumented" });
    }

    return { TSAsExpression: check, TSTypeAssertion: check };
  },
};

/** @param {Cast} node */
function isConstAssertion(node) {
  const type = node.typeAnnotation;
  return type.type === "TSTypeReference" && type.typeName.type === "Identifier" && type.typeName.name === "const";
}

/**
 * The statement or class member that names the innermost named function around a node; comments stand before it.
 *
 * @param {Cast} node
 */
function enclosingNamedFunction(node) {
  /** @type {Node} */
  let current = node.parent;
  while (current !== null) {
    if (current.type === "MethodDefinition") return current;
    if (current.type === "FunctionDeclaration" || isFunctionVariable(current)) {
      return current.parent?.type === "ExportNamedDeclaration" ? current.parent : current;
    }
    current = current.parent;
  }
  return undefined;
}

/** @param {NonNullable<Node>} node */
function isFunctionVariable(node) {
  if (node.type !== "VariableDeclaration") return false;
  const initial = node.declarations[0]?.init?.type;
  return initial === "ArrowFunctionExpression" || initial === "FunctionExpression";
}
