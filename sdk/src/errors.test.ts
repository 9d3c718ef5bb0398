import { expect, test } from "vitest";
import { PorticoError } from "./errors";

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
