import ts from "typescript";

/**
 * Lets optional fields of inputs be undefined as well as absent. Under `exactOptionalPropertyTypes` a caller could not
 * pass `{ status: maybe }` otherwise; what is undefined is not sent. Answers stay as exact as the API is.
 *
 * @param nodes - The module that openapi-typescript made.
 * @param inputNames - Schemas that request bodies are made of.
 */
export function withLooseInputs(nodes: readonly ts.Node[], inputNames: ReadonlySet<string>): ts.Node[] {
  const isInput = ([root, first, second, third]: readonly string[]) =>
    (root === "components" && first === "schemas" && inputNames.has(second ?? "")) ||
    (root === "operations" && (second === "requestBody" || (second === "parameters" && third === "query")));

  const visit = (node: ts.Node, path: readonly string[]): ts.Node => {
    const name = ts.isInterfaceDeclaration(node) || ts.isPropertySignature(node) ? nameOf(node.name) : undefined;
    const here = name === undefined ? path : [...path, name];
    const seen = ts.visitEachChild(node, (child) => visit(child, here), undefined);
    // The part itself, `query?: …`, is no field of an input; what lies below it is.
    if (!ts.isPropertySignature(seen) || !seen.questionToken || !seen.type || !isInput(path)) return seen;
    const type = ts.factory.createUnionTypeNode([
      seen.type,
      ts.factory.createKeywordTypeNode(ts.SyntaxKind.UndefinedKeyword),
    ]);
    return ts.factory.updatePropertySignature(seen, seen.modifiers, seen.name, seen.questionToken, type);
  };
  return nodes.map((node) => visit(node, []));
}

function nameOf(name: ts.PropertyName): string | undefined {
  return ts.isIdentifier(name) || ts.isStringLiteral(name) ? name.text : undefined;
}
