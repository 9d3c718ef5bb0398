import { isTenantless } from "../convex/core/operations/tenantless";
import { outboundUrlPaths, referencePaths } from "../convex/core/schema/zod";
import { tableMetadata } from "../convex/core/schema/tableMetadata";
import type { TableMetadata } from "../convex/core/schema/table";
import type { Access, Operation } from "../convex/core/operations/declaration";
import type { DeclaredProblem } from "../convex/core/wire/declaredProblems";
import type { ProblemCode } from "../convex/core/wire/problems";
import type { TableNames } from "../convex/_generated/dataModel";
import { codeAndStatus } from "../convex/core/wire/declaredProblems";
import { problems } from "../convex/core/wire/problems";

const uniquenessVerbs: ReadonlySet<string> = new Set(["create", "batchCreate", "update", "restore"]);

const anybody = [
  "unauthenticated",
  "user_deleted",
  "user_inactive",
  "email_taken",
  "agent_revoked",
  "key_expired",
  "key_revoked",
  "key_suspended",
  "forbidden",
] as const;

/**
 * What the gateway and the pipeline refuse with at every operation of a kind. The document says it once, and of an operation only
 * which of these it is.
 */
export const problemSets = {
  any: ["validation_failed", "not_acceptable", "rate_limited", "internal", "unavailable"],
  // Whoever calls is looked up before it is known to be of a kind that the operation takes.
  caller: anybody,
  enrollment: ["unauthenticated", "invalid_enrollment_token", "tenant_mismatch"],
  organization: ["organization_required", "tenant_mismatch", "not_a_member", "membership_banned"],
  usableOrganization: ["organization_deleted", "organization_suspended"],
  // The gateway reads what is sent with any write, also where the operation takes no body.
  write: ["payload_too_large", "unsupported_content_encoding", "unsupported_media_type"],
  idempotent: ["idempotency_key_invalid", "idempotency_conflict"],
} as const satisfies Readonly<Record<string, readonly ProblemCode[]>>;

export type ProblemSet = keyof typeof problemSets;

/** What an operation may answer with: sets of its kind, and what else its declaration says or implies. */
export interface OperationProblems {
  readonly sets: readonly ProblemSet[];
  /** Without what its sets have. */
  readonly further: ReadonlySet<DeclaredProblem>;
}

/**
 * Every problem that an operation may answer with: those it declares, and those that the gateway and the pipeline
 * raise by themselves. `table` is the one that its resource writes.
 */
export function problemsOf(operation: Operation, table: TableNames | undefined): OperationProblems {
  const { declaration, isList } = operation;
  const sets = setsOf(operation);
  const codes = new Set<DeclaredProblem>(declaration.problems ?? []);
  const add = (...more: ProblemCode[]) => more.forEach((code) => codes.add(code));
  if (declaration.on || declaration.path.includes("{")) add("not_found");
  if (isList) add("invalid_cursor");
  if (declaration.answersFile) add("range_not_satisfiable");
  if (declaration.on?.assigned || (declaration.assigned && !isList)) add("not_assigned");
  if (declaration.on && declaration.method !== "GET") add("precondition_failed");
  if (operation.kind === "mutation" && !operation.supportsDryRun) add("dry_run_unsupported");
  if (declaration.body) {
    if (declaration.on || declaration.readOnly) add("read_only_field");
    if (outboundUrlPaths(declaration.body).length > 0) add("url_not_allowed");
    if (!isTenantless(declaration.access) && declaration.access !== "enrollment") {
      const tables = referencePaths(declaration.body).map((path) => path.table);
      if (tables.some((name) => name !== "users")) add("cross_tenant_reference");
      if (tables.includes("_storage")) add("file_purpose_mismatch");
      if (tables.includes("users")) add("not_an_organization_member");
    }
  }
  if (table && uniquenessVerbs.has(operation.verb)) add(...uniquenessProblems(tableMetadata[table]));
  for (const code of codesOf(sets)) codes.delete(code);
  return { sets, further: codes };
}

/** Everything that an operation may answer with, in one set. */
export function allProblems({ sets, further }: OperationProblems): Set<DeclaredProblem> {
  return new Set([...codesOf(sets), ...further]);
}

function codesOf(sets: readonly ProblemSet[]): readonly ProblemCode[] {
  return sets.flatMap((name): readonly ProblemCode[] => problemSets[name]);
}

function setsOf({ declaration }: Operation): ProblemSet[] {
  const { access, allowsUnusableOrganization, method } = declaration;
  const usable: ProblemSet[] = allowsUnusableOrganization ? [] : ["usableOrganization"];
  const ofCallers: Record<Access, readonly ProblemSet[]> = {
    enrollment: ["enrollment", ...usable],
    identity: ["caller"],
    user: ["caller"],
    platform: ["caller"],
    agent: ["caller", "organization", ...usable],
    organization: ["caller", "organization", ...usable],
    permission: ["caller", "organization", ...usable],
  };
  return [
    "any",
    ...ofCallers[access],
    ...(method === "GET" ? [] : (["write"] as const)),
    ...(method === "POST" ? (["idempotent"] as const) : []),
  ];
}

/** The problems of the operation itself: what it declares, and names that are taken. */
export function ownProblems(operation: Operation, table: TableNames | undefined): readonly ProblemCode[] {
  const declared = (operation.declaration.problems ?? []).map((problem) => codeAndStatus(problem)[0]);
  const taken = table && uniquenessVerbs.has(operation.verb) ? uniquenessProblems(tableMetadata[table]) : [];
  return [...new Set([...declared, ...taken])];
}

function uniquenessProblems({ unique }: TableMetadata): ProblemCode[] {
  return unique.map(({ code }) => code).filter(isProblemCode);
}

function isProblemCode(code: string): code is ProblemCode {
  return Object.hasOwn(problems, code);
}
