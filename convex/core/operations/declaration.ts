import type { Caller, RequestCaller } from "../access/caller";
import type { RowReach } from "../access/reach";
import type { Assignment } from "../records/assignedRows";
import type { RequestOrigin } from "../records/audit";
import type { TenantReader, UnscopedReader } from "../records/reader";
import type { TenantWriter, UnscopedWriter } from "../records/writer";
import type { IssuedPrefix, SealedPrefix } from "../wire/credentialKinds";
import type { issuedSecretValidator } from "../wire/restProtocol";
import type { Deprecation } from "../wire/deprecation";
import type { DeclaredProblem } from "../wire/declaredProblems";
import type { ProblemCode } from "../wire/problems";
import type { Permission } from "../access/permissions";
import type { ResourceShape } from "./resourceShape";
import type { Fields } from "../schema/table";
import type { Tenant } from "../access/tenant";
import type { Id, TableNames } from "../../_generated/dataModel";
import type { ActionCtx, MutationCtx } from "../../_generated/server";
import type { StoredBytes } from "../wire/restProtocol";
import type { Infer, Value } from "convex/values";
import type * as z from "zod";

/**
 * Who may call: `identity` any verified token of a person, even of one not known here yet; `user` level 1,
 * any valid user; `organization` level 2, a member (machines and assigned
 * roles need the permission); `permission` level 3; `agent` a device agent; `enrollment` a holder of an enrolment token;
 * `platform` who runs the deployment, as `PLATFORM_ADMIN_SUBJECTS` says, a member or not.
 */
export type Access = "identity" | "user" | "organization" | "permission" | "agent" | "enrollment" | "platform";

/** What a mutation is told about the credential it issues; the plaintext stays in the action that made it. */
export type IssuedSecret = Infer<typeof issuedSecretValidator>;

interface BaseContext {
  readonly caller: Caller;
  readonly now: number;
  readonly origin: RequestOrigin;
  /** What `Portico-Organization` says, for operations that run in no organization but show one. */
  readonly namedOrganization: string | undefined;
}
interface MutationBase extends BaseContext {
  readonly scheduler: MutationCtx["scheduler"];
  /** Present on operations that declare `secret`, and on those that declare `seals` where they were given one. */
  readonly secret: IssuedSecret | undefined;
  /** What `prepare` or `consult` found, on operations that declare it. No caller can send it. */
  readonly prepared: unknown;
  readonly storage: Pick<MutationCtx["storage"], "generateUploadUrl" | "getUrl">;
}

/** A level 1 query: no tenant yet. */
export interface UserQueryContext extends BaseContext {
  readonly unscoped: UnscopedReader;
}
/** A level 1 mutation: no tenant yet. */
export interface UserMutationContext extends MutationBase {
  readonly unscoped: UnscopedWriter;
}
/** A query inside an organization. */
export interface TenantQueryContext extends UserQueryContext {
  readonly db: TenantReader;
  readonly tenant: Tenant;
  /** Which rows the permission of the operation leaves to the caller. */
  readonly reach: RowReach;
}
/** A mutation inside an organization. */
export interface TenantMutationContext extends UserMutationContext {
  readonly db: TenantWriter;
  readonly tenant: Tenant;
  /** Which rows the permission of the operation leaves to the caller. */
  readonly reach: RowReach;
}

type Tenantless = "identity" | "user" | "platform";
/** The permission phase lets callers of one kind only through to these operations. */
type CallerOf<A extends Access> = A extends "identity" | "user" | "agent" | "enrollment"
  ? Extract<RequestCaller, { kind: A }>
  : A extends "platform"
    ? Extract<RequestCaller, { kind: "user" }>
    : Caller;
/** What a handler gets, by who may call it and what it may do. */
export type ContextOf<A extends Access, Kind extends "query" | "mutation", Row> = (Kind extends "query"
  ? A extends Tenantless
    ? UserQueryContext
    : TenantQueryContext
  : A extends Tenantless
    ? UserMutationContext
    : TenantMutationContext) & { readonly row: Row; readonly caller: CallerOf<A> };

/** An operation's input as its handler sees it. */
export type Output<F extends Fields> = z.output<z.ZodObject<F>>;
/** An operation's input as its callers send it; without fields nothing, where zod's empty object would forbid every other key. */
export type Input<F extends Fields> = keyof F extends never ? unknown : z.input<z.ZodObject<F>>;

/** A credential that an operation issues, and whether its hash is stored or, in which table, the whole of it encrypted. */
type IssuedShape = { readonly field: string } & (
  | { readonly prefix: IssuedPrefix; readonly sealedIn?: undefined }
  | { readonly prefix: SealedPrefix; readonly sealedIn: TableNames }
);

/** Finds something, as plain Convex values. Gets the input as it was sent: nothing has been checked yet, not even who calls. */
export type Prepare = (
  ctx: ActionCtx,
  given: { readonly input: Readonly<Record<string, unknown>>; readonly bytes: StoredBytes | undefined },
) => Promise<Value>;

/** What a consultation may know. */
export interface Consulted {
  readonly organizationId: Id<"organizations">;
  /** Parsed, with nothing in the place of the secret; the row that it names is one that the caller reaches. */
  readonly input: Readonly<Record<string, unknown>>;
  /** The secret that was sent, of an operation that `seals` one. */
  readonly secret: unknown;
}
/** Asks others, for a caller who may call, and answers what the mutation is to know of it, as plain Convex values. */
export type Consult = (ctx: ActionCtx, consulted: Consulted) => Promise<Value>;

/** What an operation says of itself as plain values. */
interface OperationFacts<A extends Access, Table extends TableNames | undefined> {
  /** The Convex function: `<domain>/<resource>:<verb>`. */
  readonly name: `${string}/${string}:${string}`;
  readonly operationId: string;
  /** Singular name of what it works on: audit actions are `<noun>.<verb>`. */
  readonly noun: string;
  /** Action of its audit rows where it has a name of its own; false where another record tells of it, named beside. */
  readonly audit?: `${string}.${string}` | false;
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Path template under `/v1`. */
  readonly path: `/${string}`;
  readonly summary: string;
  readonly access: A;
  readonly permission?: Permission;
  /** Status of success: 200 unless given; 204 has no body. */
  readonly status?: 200 | 201 | 202 | 204;
  /** The handler may return an `ExistingRow`, which answers 200. */
  readonly answersExisting?: boolean;
  /** The operation works on one row of this resource, named in the path; foreign and missing rows are 404 alike. */
  readonly on?: ResourceShape & { readonly table: Table };
  /** Where it names no row: how the rows that it lists or makes are assigned. Without, whoever reaches assigned rows may not call. */
  readonly assigned?: readonly Assignment[] | undefined;
  /** The row may be in the trash: delete and restore. */
  readonly includesDeleted?: boolean;
  /** Answers 403 for a deleted organization unless set. */
  readonly allowsUnusableOrganization?: boolean;
  /** Issues a credential: an action makes it, the mutation stores its hash, the answer carries it once. */
  readonly secret?: IssuedShape;
  /** For API keys that carry the permission; people hold it only to hand it on to them. */
  readonly keysOnly?: boolean;
  /**
   * The input of this name is a secret, which an action encrypts for a row of this table: the mutation gets that as `secret`, and in its
   * place an empty object, or of a text how it ends.
   */
  readonly seals?: { readonly input: string; readonly table: TableNames };
  /** Reachable over REST only, because its credential exists only there. */
  readonly restOnly?: boolean;
  /** A read that leaves an audit row of this action itself, once an hour and actor. */
  readonly auditedAs?: string;
  /** Problems beyond the implied ones, for the document. */
  readonly problems?: readonly DeclaredProblem[];
  /** Takes a body of bytes, as many as this, which the gateway stores: `prepare` finds them in storage. */
  readonly takesBytes?: number;
  /** Answers the bytes of a stored file: the handler returns a `StoredFile`. */
  readonly answersFile?: boolean;
  /**
   * What only an action can do, before the transaction: the operation is an action, and its mutation's context has what it
   * `found`.
   */
  readonly prepare?: Prepare;
  /**
   * Who has to be asked outside before the transaction: like `prepare`, but for a caller who may call and reaches the row that the path
   * names, and not in a dry run.
   */
  readonly consult?: Consult;
  /** Of a `consult` that judges what was sent and asks nobody beyond this deployment: a dry run refuses what it refuses. */
  readonly consultsInDryRun?: boolean;
  /** Its answer goes beyond the row's document, by what passes; its entity tag is the document's, and nobody stores it. */
  readonly tagsRow?: boolean;
  /** How often it succeeds in an hour for one person or organization, unless `RATE_LIMITS` has its operationId. */
  readonly hourlyLimit?: { readonly count: number; readonly per: "user" | "organization" };
  /** Its effect lies outside the transaction, where no rollback reaches: it cannot be tried. Changes of the database can. */
  readonly dryRun?: false;
  /** It will go: every answer says so, and the document. */
  readonly deprecated?: Deprecation;
  /** Fields of the body that say the same in other ways: a request names one of them or none. */
  readonly atMostOneOf?: readonly string[];
  /** What a request is refused with that names none or several of `exactlyOneOf`; `validation_failed` unless given. */
  readonly exactlyOneProblem?: ProblemCode;
  /** Success takes the permission from the caller, who gets the stored answer to a repeated request all the same. */
  readonly endsPermission?: boolean;
}

/**
 * What is written down of an operation. Whatever holds schemas is a function, run once when the operation first runs or is
 * described: importing a module builds none. Names of inputs are unique across the three places, so that Convex takes them as one
 * flat object.
 */
export interface OperationDeclaration<
  A extends Access,
  P extends Fields,
  Q extends Fields,
  B extends Fields,
  Result,
  Table extends TableNames | undefined,
> extends OperationFacts<A, Table> {
  readonly description?: string | (() => string);
  readonly params?: () => P;
  readonly query?: () => Q;
  readonly body?: () => B;
  /** Inputs that travel as headers, which the operation's body of bytes leaves no other place for: `fileName` as `X-File-Name`. */
  readonly headers?: () => B;
  /** Schema the answer is projected through; what it does not name cannot leave. */
  readonly output: () => z.ZodType<Result>;
  /** Known fields that a request may not set, where `on` does not say. */
  readonly readOnly?: () => ReadonlySet<string>;
  /** Fields of the body of which a request names one and no more. */
  readonly exactlyOneOf?: readonly (keyof B & string)[];
}

/** A declaration as those who run or describe the operation read it: each part is made when it is first asked for. */
export interface CompiledDeclaration extends OperationFacts<Access, TableNames | undefined> {
  readonly description: string | undefined;
  readonly params: Fields | undefined;
  readonly query: Fields | undefined;
  readonly body: Fields | undefined;
  readonly headers: Fields | undefined;
  readonly output: z.ZodType;
  readonly readOnly: ReadonlySet<string> | undefined;
  readonly exactlyOneOf?: readonly string[];
}

/** An operation as the pipeline, the REST door and the document see it: types erased, everything compiled on first use. */
export interface Operation {
  readonly declaration: CompiledDeclaration;
  readonly kind: "query" | "mutation";
  /** A list: pages over REST, `paginationOpts` over Convex. */
  readonly isList: boolean;
  /** Takes `Portico-Dry-Run` over REST and `dryRun` over Convex: every change but one that declares otherwise. */
  readonly supportsDryRun: boolean;
  /** It issues a credential, is given a secret, prepares itself or asks others: an action in front of its mutation. */
  readonly isAction: boolean;
  readonly domain: string;
  readonly resource: string;
  readonly verb: string;
  /** `<noun>.<verb>` of audit rows. */
  readonly action: string;
  /** Query parameters, a list's page included. */
  readonly query: Fields;
  /** Params, query and body as one flat shape. */
  readonly shape: Fields;
  /** The same as its mutation gets it: of a secret only that there is one. */
  readonly shapeWithoutSecret: Fields;
  handler(ctx: unknown, input: unknown): Promise<unknown>;
}

/** The page a list is asked for, whichever door asks. */
export interface PageInput {
  readonly cursor?: string | undefined;
  readonly limit?: number | undefined;
}
