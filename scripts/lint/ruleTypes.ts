import type { RuleTester } from "oxlint/plugins-dev";

// oxlint exports no names for its rule types, so they are read off the tester that accepts them.
/** A lint rule with its visitor, as the linter loads it. */
export type Rule = Extract<Parameters<RuleTester["run"]>[1], { create: unknown }>;
type Visitor = ReturnType<Rule["create"]>;
type Handled<Name extends keyof Visitor> = Parameters<NonNullable<Visitor[Name]>>[0];

/** Both forms of a cast: `value as T` and `<T>value`. */
export type Cast = Handled<"TSAsExpression"> | Handled<"TSTypeAssertion">;
/** Any node that a cast can lie in. */
export type Node = Handled<"Program">["parent"] | Cast["parent"];
/** The left side of `const { db } = ctx`. */
export type ObjectPattern = Handled<"ObjectPattern">;
/** One imported name of an import declaration. */
export type ImportSpecifier = Handled<"ImportDeclaration">["specifiers"][number];
