import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ConvexError } from "convex/values";
import { invalidField, notFound, ProblemError, problemOf } from "./errors";
import { problems } from "./problems";

const rows = Object.entries(problems);

describe("the table of problems", () => {
  it.each(rows)("%s has a status, a title and a way to mend it", (code, [status, title, mend]) => {
    expect(code).toMatch(/^[a-z]+(_[a-z]+)*$/);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(600);
    expect(title).toMatch(/^[A-Z][^.]+[^.]$/);
    expect(mend).toMatch(/^[A-Z].+\.$/);
  });

  it("has one title for each code", () => {
    const titles = rows.map(([, [, title]]) => title);
    expect(titles.filter((title, at) => titles.indexOf(title) !== at)).toEqual([]);
  });
});

describe("problems", () => {
  beforeEach(() => vi.stubEnv("CONVEX_SITE_URL", "https://portico.example"));
  afterEach(() => vi.unstubAllEnvs());

  it("point to their page on this deployment, and carry faults only when there are some", () => {
    expect(problemOf("not_found", "Gone.")).toEqual({
      type: "https://portico.example/problems/not_found",
      title: "Not found",
      status: 404,
      detail: "Gone.",
      code: "not_found",
    });
    expect(invalidField("/a", "too_small", "No.").data).toMatchObject({
      status: 400,
      errors: [{ pointer: "/a", code: "too_small", message: "No." }],
    });
  });

  it("travel as ConvexError, without the denial that the audit trail gets", () => {
    const error = new ProblemError("forbidden", "No.");
    error.denial = { action: "secret" };
    expect(error).toBeInstanceOf(ConvexError);
    expect(JSON.stringify(error.data)).not.toContain("secret");
    expect([error.code, error.data.status]).toEqual(["forbidden", 403]);
  });

  it("are the same for every row that is not found, but for its noun", () => {
    expect(notFound("item").data).toEqual(notFound("item").data);
    expect(notFound("item").data.detail).toBe("There is no such item.");
  });
});
