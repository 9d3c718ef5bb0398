import ts from "typescript";

/** What a reader of a file may use: an exported function, class, interface or type, or a public method of a class. */
export interface PublicName {
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
  /** `parse`, `Store`, `Store.close`. */
  readonly name: string;
  readonly isDocumented: boolean;
}

interface SourceText {
  readonly file: string;
  readonly text: string;
}

/** The members that an interface documents, by the interface's name: editors show those to a class that implements it. */
type DocumentedMembers = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * Finds the public names of TypeScript files and whether each has a docstring. Overloads count once, and a method may have
 * its docstring on the interface that it implements. Not counted is what something else documents: constructors and
 * overrides (the class or its base), types read off a value (the value).
 */
export function publicNames(sources: readonly SourceText[]): PublicName[] {
  const files = sources.map(({ file, text }) => ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true));
  const inherited = documentedMembers(files);
  return files.flatMap((file) => namesOf(file, inherited));
}

/** The share of public names that have a docstring, from 0 to 1; 1 where there are none. */
export function documentedShare(names: readonly PublicName[]): number {
  return names.length === 0 ? 1 : names.filter(({ isDocumented }) => isDocumented).length / names.length;
}

/** The lines, counted from 1, whose `@throws` names no type: `@throws {ProblemError} 409 when …` is the form. */
export function untypedThrows(text: string): number[] {
  return text
    .split("\n")
    .flatMap((line, index) => (/(?:^\s*\*|\/\*\*).*@throws (?!\{\w)/.test(line) ? [index + 1] : []));
}

function namesOf(file: ts.SourceFile, inherited: DocumentedMembers): PublicName[] {
  const found = new Map<string, PublicName>();
  const add = (node: ts.Node, name: string, isDocumentedElsewhere = false): void => {
    const known = found.get(name);
    found.set(name, {
      file: file.fileName,
      line: known?.line ?? file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1,
      name,
      isDocumented: (known?.isDocumented ?? false) || isDocumentedElsewhere || saysMoreThan(name, node),
    });
  };
  for (const statement of file.statements) {
    if (!isExported(statement)) continue;
    if (ts.isFunctionDeclaration(statement)) add(statement, statement.name?.text ?? "default");
    if (ts.isVariableStatement(statement)) {
      for (const { name, initializer } of statement.declarationList.declarations) {
        if (initializer !== undefined && isFunction(initializer)) add(statement, name.getText(file));
      }
    }
    if (ts.isInterfaceDeclaration(statement)) add(statement, statement.name.text);
    if (ts.isTypeAliasDeclaration(statement) && !/\btypeof\b/.test(statement.type.getText(file))) {
      add(statement, statement.name.text);
    }
    if (ts.isClassDeclaration(statement)) {
      const className = statement.name?.text ?? "default";
      add(statement, className);
      const documented = membersOfInterfaces(statement, inherited);
      for (const member of statement.members) {
        if (!isPublicMethod(member)) continue;
        const name = member.name.getText(file);
        add(member, `${className}.${name}`, documented.has(name));
      }
    }
  }
  return [...found.values()];
}

function documentedMembers(files: readonly ts.SourceFile[]): DocumentedMembers {
  const members = new Map<string, Set<string>>();
  for (const statement of files.flatMap((file) => [...file.statements])) {
    if (!ts.isInterfaceDeclaration(statement)) continue;
    const known = members.get(statement.name.text) ?? new Set();
    for (const member of statement.members) {
      if (member.name !== undefined && docstringOf(member) !== "") known.add(member.name.getText());
    }
    members.set(statement.name.text, known);
  }
  return members;
}

function membersOfInterfaces(node: ts.ClassDeclaration, inherited: DocumentedMembers): ReadonlySet<string> {
  const names = (node.heritageClauses ?? []).flatMap(({ types }) =>
    types.map(({ expression }) => expression.getText()),
  );
  return new Set(names.flatMap((name) => [...(inherited.get(name) ?? [])]));
}

function isPublicMethod(member: ts.ClassElement): member is ts.MethodDeclaration | ts.AccessorDeclaration {
  const isMethod = ts.isMethodDeclaration(member) || ts.isGetAccessor(member) || ts.isSetAccessor(member);
  if (!isMethod || ts.isPrivateIdentifier(member.name) || ts.isComputedPropertyName(member.name)) return false;
  const hidden = ts.ModifierFlags.Private | ts.ModifierFlags.Protected | ts.ModifierFlags.Override;
  return (ts.getCombinedModifierFlags(member) & hidden) === 0;
}

function isExported(statement: ts.Statement): boolean {
  return (
    ts.canHaveModifiers(statement) &&
    (ts.getModifiers(statement) ?? []).some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)
  );
}

function isFunction(initializer: ts.Expression): boolean {
  return ts.isArrowFunction(initializer) || ts.isFunctionExpression(initializer);
}

/** Whether a docstring has a word that the name does not: `/** Closes the store. *\/` on `closeStore` says nothing. */
function saysMoreThan(name: string, node: ts.Node): boolean {
  const known = new Set(wordsOf(name.replaceAll(/(?<=[a-z\d])(?=[A-Z])/g, " ")));
  return wordsOf(docstringOf(node)).some((word) => !known.has(word));
}

const fillers = new Set(["a", "an", "the", "of", "this", "it", "and", "to", "for", "given"]);

/** In lower case, without fillers and without the endings that make a verb of a noun or a plural of one. */
function wordsOf(text: string): string[] {
  return text
    .toLowerCase()
    .split(/[^a-z\d]+/)
    .filter((word) => word !== "" && !fillers.has(word))
    .map((word) => word.replace(/(?<=..)e?s$/, "").replace(/(?<=..)e$/, ""));
}

function docstringOf(node: ts.Node): string {
  return ts
    .getJSDocCommentsAndTags(node)
    .filter((part) => ts.isJSDoc(part))
    .map((part) => part.getText())
    .join("\n");
}
