import { expect, test } from "vitest";
import { ConflictError, isProblem, type MethodName, NotFoundError, PorticoError, type ProblemOf } from "./errors";

test.each([
  ["The agent's key was revoked.", "The agent's key was revoked (agents.checkIn, POST /v1/agents/check-in)"],
  [undefined, "The agent's key was revoked (agents.checkIn, POST /v1/agents/check-in)"],
  ["It was rotated.", "The agent's key was revoked: It was rotated. (agents.checkIn, POST /v1/agents/check-in)"],
])("a message says what it has to say once, of the detail %j", (detail, message) => {
  const error = new PorticoError({
    code: "agent_revoked",
    title: "The agent's key was revoked",
    detail,
    operation: "agents.checkIn",
    route: "POST /v1/agents/check-in",
  });
  expect(error.message).toBe(message);
  expect(error.detail).toBe(detail);
});

test.each([
  ["schedules.activate", true],
  ["workspace/schedules:activate", true],
  ["schedules.cancel", false],
  [undefined, false],
])("an error of %s is one of schedules.activate: %s", (operation, expected) => {
  const error = new ConflictError({ status: 409, code: "invalid_state_transition", title: "Not now", operation });
  const method: MethodName = "schedules.activate";
  expect(isProblem(error, method)).toBe(expected);
  expect(isProblem(error, "invalid_state_transition")).toBe(true);
  expect(isProblem(error, "not_found")).toBe(false);
  expect(isProblem(new Error(operation), method)).toBe(false);
});

test("what a method may be refused with is told apart by code, and nothing else is among it", () => {
  const facts = { status: 404, code: "not_found", title: "Not found", operation: "schedules.activate" };
  const error: unknown = new NotFoundError(facts);
  if (!isProblem(error, "schedules.activate")) throw new Error("not narrowed");
  const problem: ProblemOf<"schedules.activate"> = error;
  expect(statusOf(problem)).toBe(404);
});

function statusOf(problem: ProblemOf<"schedules.activate">): number | undefined {
  switch (problem.code) {
    case "not_found": {
      return problem.status satisfies 404;
    }
    // @ts-expect-error no schedule's code
    case "bill_not_draft": {
      return 0;
    }
    default: {
      return undefined;
    }
  }
}
