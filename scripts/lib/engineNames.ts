import ts from "typescript";

export interface NameOfDomain {
  /** Counted from 1. */
  readonly line: number;
  readonly name: string;
}

/** Types that say whose row is meant: naming a table there binds a type and decides nothing. */
const rowTypes = new Set(["Doc", "Id"]);

/** Finds the strings of a module of the engine that are names which a domain has declared. */
export function domainNamesIn(source: string, names: ReadonlySet<string>): NameOfDomain[] {
  const file = ts.createSourceFile("module.ts", source, ts.ScriptTarget.Latest, true);
  const found: NameOfDomain[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node) && names.has(node.text) && !isRowType(node)) {
      found.push({ line: file.getLineAndCharacterOfPosition(node.getStart()).line + 1, name: node.text });
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

function isRowType({ parent }: ts.Node): boolean {
  return (
    ts.isLiteralTypeNode(parent) &&
    ts.isTypeReferenceNode(parent.parent) &&
    rowTypes.has(parent.parent.typeName.getText())
  );
}
