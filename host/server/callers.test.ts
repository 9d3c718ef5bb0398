import { timingSafeEqual } from "node:crypto";
import type * as nodeCrypto from "node:crypto";
import { expect, it, vi } from "vitest";
import { TokenVerifier } from "../auth/tokenVerifier";
import { CallerResolver } from "./callers";

// The real comparison, watched.
vi.mock("node:crypto", async (original) => {
  const crypto = await original<typeof nodeCrypto>();
  return { ...crypto, timingSafeEqual: vi.fn<typeof timingSafeEqual>(crypto.timingSafeEqual) };
});

const adminKey = "portico|0123456789abcdef";
const callers = new CallerResolver(new TokenVerifier({ providers: () => [] }), adminKey);

it.each(["x", "portico|0123456789abcdeX", "portico|0123456789abcde", `${adminKey}x`, "k".repeat(10_000), "é"])(
  "compares the admin key with %j in a time that tells nothing about it",
  async (key) => {
    vi.mocked(timingSafeEqual).mockClear();
    await expect(callers.resolve(`Convex ${key}`)).rejects.toMatchObject({ code: "BadAdminKey" });
    // Two digests each time, so that neither length nor first difference shows.
    expect(vi.mocked(timingSafeEqual).mock.calls.map(([a, b]) => [a.byteLength, b.byteLength])).toEqual([[32, 32]]);
  },
);

it("accepts the admin key by the same comparison", async () => {
  vi.mocked(timingSafeEqual).mockClear();
  expect(await callers.resolve(`Convex ${adminKey}`)).toEqual({ caller: { kind: "admin" }, isAdmin: true });
  expect(timingSafeEqual).toHaveBeenCalledOnce();
});
