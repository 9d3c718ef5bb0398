import { expect, test } from "vitest";
import { isListedSubject } from "./platformAdmins";

test("a platform administrator is listed exactly", () => {
  const list = "https://a.example|1, https://b.example|2";
  expect(isListedSubject(list, "https://b.example|2")).toBe(true);
  expect(isListedSubject(list, "https://b.example/|2")).toBe(true);
  expect(isListedSubject(list, "https://b.example|22")).toBe(false);
  expect(isListedSubject(list, "https://a.example|2")).toBe(false);
  expect(isListedSubject(undefined, "")).toBe(false);
  expect(isListedSubject("", "")).toBe(false);
});
