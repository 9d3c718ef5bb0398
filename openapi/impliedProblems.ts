import { referencePaths } from "../convex/core/schema/zod";
import { tableMetadata } from "../convex/core/schema/tableMetadata";
import type { TableMetadata } from "../convex/core/schema/table";
import type { Operation } from "../convex/core/operations/declaration";
import type { DeclaredProblem } from "../convex/core/wire/declaredProblems";
import type { ProblemCode } from "../convex/core/wire/problems";
import type { TableNames } from "../convex/_generated/dataModel";
import { codeAndStatus } from "../convex/core/wire/declaredProblems";
import { problems } from "../convex/core/wire/problems";

const uniquenessVerbs: ReadonlySet<string> = new Set(["create", "batchCreate", "update", "restore"]);

/**
 * Every problem that an operation may answer with: those it declares, and those that the gateway and the pipeline
 * raise by themselves. `table` is the one that its resource writes.
 */
export function problemsOf(operation: Operation, table: TableNames | undefined): Set<DeclaredProblem> {
  const { declaration, isList } = operation;
  const codes = new Set<DeclaredProblem>([
    "validation_failed",
    "not_acceptable",
    "internal",
    "unavailable",
    ...(declaration.problems ?? []),
  ]);
  const add = (...more: ProblemCode[]) => more.forEach((code) => codes.add(code));
  add(...callerProblems(operation));
  if (declaration.on || declaration.path.includes("{")) add("not_found");
  if (isList) add("invalid_cursor");
  if (declaration.method === "POST") add("idempotency_key_invalid", "idempotency_conflict");
  if (declaration.on && declaration.method !== "GET") add("precondition_failed");
  // The gateway reads the body of any write, even where the operation takes none.
  if (declaration.method !== "GET") add("payload_too_large", "unsupported_content_encoding", "unsupported_media_type");
  if (declaration.body) {
    if (declaration.on || declaration.readOnly) add("read_only_field");
    if (!["identity", "user", "enrollment"].includes(declaration.access)) {
      const tables = referencePaths(declaration.body).map((path) => path.table);
      if (tables.some((name) => name !== "users")) add("cross_tenant_reference");
      if (tables.includes("users")) add("not_an_organization_member");
    }
  }
  if (table && uniquenessVerbs.has(operation.verb)) add(...uniquenessProblems(tableMetadata[table]));
  return codes;
}

/** The problems of the operation itself: what it declares, and names that are taken. */
export function ownProblems(operation: Operation, table: TableNames | undefined): readonly ProblemCode[] {
  const declared = (operation.declaration.problems ?? []).map((problem) => codeAndStatus(problem)[0]);
  const taken = table && uniquenessVerbs.has(operation.verb) ? uniquenessProblems(tableMetadata[table]) : [];
  return [...new Set([...declared, ...taken])];
}

function callerProblems({ declaration }: Operation): ProblemCode[] {
  const { access, allowsUnusableOrganization } = declaration;
  const usable: ProblemCode[] = allowsUnusableOrganization ? [] : ["organization_deleted", "organization_suspended"];
  // The caller is looked up before the pipeline knows whether the operation accepts that kind of caller.
  const anybody: ProblemCode[] = [
    "unauthenticated",
    "user_deleted",
    "user_inactive",
    "email_taken",
    "agent_revoked",
    "key_expired",
    "key_revoked",
    "key_suspended",
  ];
  switch (access) {
    case "enrollment":
      return ["unauthenticated", "invalid_enrollment_token", "tenant_mismatch", ...usable];
    case "identity":
    case "user":
      return [...anybody, "forbidden"];
    case "agent":
    case "organization":
    case "permission":
      return [
        ...anybody,
        "organization_required",
        "forbidden",
        "tenant_mismatch",
        "not_a_member",
        "membership_banned",
        ...usable,
      ];
  }
}

function uniquenessProblems({ unique }: TableMetadata): ProblemCode[] {
  return unique.map(({ code }) => code).filter(isProblemCode);
}

function isProblemCode(code: string): code is ProblemCode {
  return Object.hasOwn(problems, code);
}
