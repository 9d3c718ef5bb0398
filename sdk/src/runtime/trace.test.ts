import { expect, test, vi } from "vitest";
import { randomUuid } from "./trace";

test("a UUID is made without crypto.randomUUID, which plain http pages do not have", () => {
  const missing = vi.spyOn(crypto, "randomUUID").mockImplementation(() => {
    throw new TypeError("crypto.randomUUID is not a function");
  });
  const made = Array.from({ length: 200 }, randomUuid);
  for (const uuid of made)
    expect(uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(new Set(made).size).toBe(made.length);
  missing.mockRestore();
});
