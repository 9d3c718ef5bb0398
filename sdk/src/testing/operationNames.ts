import type { Resources } from "../generated/resources";

/** A method of the SDK: `schedules.get`. */
export type OperationName = {
  [Resource in keyof Resources]: `${Resource}.${keyof Resources[Resource] & string}`;
}[keyof Resources];

/** What a method answers; of a list its first page. */
export type AnswerOf<Name extends OperationName> = Name extends `${infer Resource}.${infer Verb}`
  ? Resource extends keyof Resources
    ? Verb extends keyof Resources[Resource]
      ? Resources[Resource][Verb] extends (...args: never[]) => infer Call
        ? NonNullable<Awaited<Call>>
        : never
      : never
    : never
  : never;

/** A row of a list. */
export type RowOf<Name extends OperationName> =
  AnswerOf<Name> extends { readonly data: readonly (infer Row)[]; readonly page: unknown } ? Row : never;
