import type { PaginationOptions } from "convex/server";
import type { operations } from "../generated/schema";

type Id = keyof operations;
type Json<Part> = Part extends { content: { "application/json": infer Content } } ? Content : undefined;
/** An operation may have several: a create answers 201, or 200 when it found an existing row. */
type Success<Responses> = Responses[Extract<keyof Responses, 200 | 201 | 202>];

/** JSON body of an operation's success answer; undefined when it answers without one. */
export type Result<Operation extends Id> = [Success<operations[Operation]["responses"]>] extends [never]
  ? undefined
  : Json<Success<operations[Operation]["responses"]>>;

/** JSON body an operation takes. */
export type Body<Operation extends Id> = Json<NonNullable<operations[Operation]["requestBody"]>>;

/** Query parameters an operation takes. */
export type Query<Operation extends Id> = NonNullable<operations[Operation]["parameters"]["query"]>;

type Given<Value> = [NonNullable<Value>] extends [never] ? unknown : NonNullable<Value>;
type Flat<Fields> = { [Name in keyof Fields]: Fields[Name] };
type Parts<Operation extends Id> = Given<operations[Operation]["parameters"]["path"]> &
  Given<operations[Operation]["parameters"]["query"]> &
  (Body<Operation> extends undefined ? unknown : Body<Operation>);

/** Arguments of the Convex function behind an operation: path, query and body in one flat object. */
export type Args<Operation extends Id> = [keyof Parts<Operation>] extends [never]
  ? Record<string, never>
  : Flat<Parts<Operation>>;

/**
 * Arguments of a function that works in an organization: its id or slug, unless the token names it already.
 */
export type TenantArgs<Operation extends Id> = Flat<Parts<Operation> & { organizationId?: string | undefined }>;

interface Tried {
  /** True answers what the function would answer, and keeps nothing of it. */
  dryRun?: boolean | undefined;
}

/** {@link Args} of a change that can be tried. */
export type ChangeArgs<Operation extends Id> = Flat<Parts<Operation> & Tried>;

/** {@link TenantArgs} of a change that can be tried. */
export type TenantChangeArgs<Operation extends Id> = Flat<
  Parts<Operation> & { organizationId?: string | undefined } & Tried
>;

type Paged<Fields> = Flat<Omit<Fields, "cursor" | "limit"> & { paginationOpts: PaginationOptions }>;

/** Arguments of a list's function: pages are asked for as Convex does, not by the `cursor` and `limit` of REST. */
export type ListArgs<Operation extends Id> = Paged<Parts<Operation>>;

/** {@link ListArgs} of a function that works in an organization. */
export type TenantListArgs<Operation extends Id> = Paged<Parts<Operation> & { organizationId?: string | undefined }>;

/** What the function returns; Convex has no undefined. */
export type Returned<Operation extends Id> = Result<Operation> extends undefined ? null : Result<Operation>;
