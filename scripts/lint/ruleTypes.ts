import type { RuleTester } from "oxlint/plugins-dev";

// oxlint exports no names for its rule types, so they are read off the tester that accepts them.
export type Rule = Extract<Parameters<RuleTester["run"]>[1], { create: unknown }>;
type Visitor = ReturnType<Rule["create"]>;
type Handled<Name extends keyof Visitor> = Parameters<NonNullable<Visitor[Name]>>[0];

export type Cast = Handled<"TSAsExpression"> | Handled<"TSTypeAssertion">;
export type Node = Handled<"Program">["parent"] | Cast["parent"];
export type ObjectPattern = Handled<"ObjectPattern">;
export type ImportSpecifier = Handled<"ImportDeclaration">["specifiers"][number];
