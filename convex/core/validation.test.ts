import { expect, test } from "vitest";
import * as z from "zod";
import { ProblemError } from "./errors";
import { parseInput } from "./validation";

const shape = { title: z.string().min(1), count: z.int().optional(), place: z.object({ city: z.string() }).optional() };

test.each([
  ["a missing field", {}, { pointer: "/title", code: "required", message: "This field is required." }],
  ["a field that is null", { title: null }, { pointer: "/title", code: "invalid_type", message: /string/ }],
  ["a field of another type", { title: 5 }, { pointer: "/title", code: "invalid_type", message: /string/ }],
  [
    "a fraction for an integer",
    { title: "a", count: 1.5 },
    { pointer: "/count", code: "invalid_type", message: /int/ },
  ],
  ["NaN", { title: "a", count: Number.NaN }, { pointer: "/count", code: "invalid_type", message: /int|number/ }],
  [
    "a missing nested field",
    { title: "a", place: {} },
    { pointer: "/place/city", code: "required", message: /required/ },
  ],
  ["an empty text", { title: "" }, { pointer: "/title", code: "too_small", message: /1/ }],
  ["an unknown field", { title: "a", "x/y": 1 }, { pointer: "/x~1y", code: "unknown_field", message: /not known/ }],
])("%s is told as what it is", (_name, input, { message, ...fault }) => {
  expect(() => parseInput(shape, input, new Set())).toThrow(
    expect.objectContaining({
      code: "validation_failed",
      data: expect.objectContaining({ errors: [{ ...fault, message: expect.stringMatching(message) }] }),
    }),
  );
});

test("no value that was sent is repeated in the answer", () => {
  const secret = "hunter2hunter2";
  const faulty = [{ title: { secret } }, { title: "a", count: secret }, { title: "a", place: secret }];
  const answers = faulty.map((input) => answerTo(input));
  expect(answers.join()).not.toContain(secret);
  expect(answers).toHaveLength(3);
});

function answerTo(input: unknown): string {
  try {
    return JSON.stringify(parseInput(shape, input, new Set()));
  } catch (error) {
    if (error instanceof ProblemError) return JSON.stringify(error.data);
    throw error;
  }
}
