import { afterEach, describe, expect, it, vi } from "vitest";
import { problemOf } from "../core/wire/errors";
import { commonHeaders, optionsResponse, problemResponse, problemResponseOf } from "./responses";

afterEach(() => vi.unstubAllEnvs());

describe("CORS", () => {
  it("opens to every origin unless the deployment names some", () => {
    for (const origin of [null, "https://a.example", "null"]) {
      expect(commonHeaders("request-1", origin)).toMatchObject({ "access-control-allow-origin": "*" });
      expect(commonHeaders("request-1", origin)).not.toHaveProperty("vary");
    }
  });

  it.each<[string | null, boolean]>([
    ["https://a.example", true],
    ["https://b.example", true],
    ["https://a.example.evil.example", false],
    ["https://evil.example/https://a.example", false],
    ["http://a.example", false],
    ["HTTPS://A.EXAMPLE", false],
    ["null", false],
    ["", false],
    [null, false],
  ])("opens to the named origins exactly: %s %s", (origin, isAllowed) => {
    vi.stubEnv("CORS_ALLOWED_ORIGINS", "https://a.example, https://b.example");
    const headers = commonHeaders("request-1", origin);
    expect(headers["access-control-allow-origin"]).toBe(isAllowed ? origin : undefined);
    expect(headers["vary"]).toBe(isAllowed ? "Origin" : undefined);
    expect(headers["access-control-allow-credentials"]).toBeUndefined();
  });

  it("lets scripts read what the SDK needs", () => {
    const exposed = commonHeaders("request-1", null)["access-control-expose-headers"];
    for (const name of ["ETag", "Location", "X-Request-Id", "Idempotent-Replayed"]) expect(exposed).toContain(name);
  });

  it("answers preflights with what the path allows", () => {
    const response = optionsResponse(["GET", "POST"], commonHeaders("request-1", "https://a.example"));
    expect(response.status).toBe(204);
    expect(response.headers.get("allow")).toBe("GET, POST, OPTIONS");
    expect(response.headers.get("access-control-allow-methods")).toBe("GET, POST, OPTIONS");
    const sentBySdk = ["Authorization", "Content-Type", "Idempotency-Key", "If-Match", "Portico-Organization"];
    for (const name of [...sentBySdk, "Portico-Client"]) {
      expect(response.headers.get("access-control-allow-headers")).toContain(name);
    }
  });
});

describe("problemResponse", () => {
  it("is problem+json in RFC 9457's order, never cached, with the request's id", async () => {
    const problem = problemOf("validation_failed", "No.", [{ pointer: "/a", code: "x", message: "No." }]);
    const response = problemResponse(problem, "request-1", { "x-request-id": "request-1" });
    expect([response.status, response.headers.get("content-type"), response.headers.get("cache-control")]).toEqual([
      400,
      "application/problem+json",
      "no-store",
    ]);
    const text = await response.text();
    expect(Object.keys(JSON.parse(text))).toEqual(["type", "title", "status", "detail", "code", "requestId", "errors"]);
    expect(JSON.parse(text)).toMatchObject({ requestId: "request-1", errors: [{ pointer: "/a" }] });
  });

  it("shows nothing beyond the problem's own fields", async () => {
    const response = problemResponse(
      Object.assign(problemOf("not_found", "No."), { denial: "secret" }),
      "request-1",
      {},
    );
    expect(await response.text()).not.toContain("secret");
    const plain = await problemResponseOf("internal", "No.", "request-1", {}).json();
    expect(plain).toMatchObject({ status: 500, code: "internal" });
    expect(plain).not.toHaveProperty("errors");
  });
});
