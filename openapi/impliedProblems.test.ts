import { expect, test } from "vitest";
import { allProblems, problemSets, problemsOf } from "./impliedProblems";
import { registry } from "./registry";

function codesOf(operationId: string) {
  const operation = registry.find(({ declaration }) => declaration.operationId === operationId);
  if (!operation) throw new Error(`There is no operation ${operationId}.`);
  return allProblems(problemsOf(operation, operation.declaration.on?.table));
}

test("a change of one row can miss it, come too late, or set what may not be set", () => {
  const codes = codesOf("updateSchedule");
  for (const code of ["not_found", "precondition_failed", "read_only_field", "not_an_organization_member"] as const) {
    expect(codes).toContain(code);
  }
  expect(codes).not.toContain("idempotency_conflict");
});

test("a creation has a body and an idempotency key, and no row to miss", () => {
  const codes = codesOf("createTodo");
  for (const code of ["payload_too_large", "unsupported_media_type", "idempotency_key_invalid"] as const) {
    expect(codes).toContain(code);
  }
  for (const code of ["not_found", "precondition_failed", "cross_tenant_reference"] as const) {
    expect(codes).not.toContain(code);
  }
});

test("only what reaches beyond the database refuses a dry run", () => {
  const operation = registry.find(({ declaration }) => declaration.operationId === "activateSchedule");
  if (!operation) throw new Error("There is no operation activateSchedule.");
  const outside = Object.create(operation, { supportsDryRun: { value: false } });
  expect(problemsOf(operation, "schedules").further).not.toContain("dry_run_unsupported");
  expect(problemsOf(outside, "schedules").further).toContain("dry_run_unsupported");
});

test("a read refuses no body", () => {
  const codes = codesOf("listItems");
  expect(codes).toContain("invalid_cursor");
  expect(codes).not.toContain("payload_too_large");
});

test("what a set says, no operation that has the set says again", () => {
  const said = registry.flatMap((operation) => {
    const { sets, further } = problemsOf(operation, operation.declaration.on?.table);
    const implied = sets.flatMap((name): readonly string[] => problemSets[name]);
    return [...further].filter((problem) => typeof problem === "string" && implied.includes(problem));
  });
  expect(said).toEqual([]);
});
