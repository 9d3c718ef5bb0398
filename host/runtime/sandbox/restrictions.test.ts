import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openConformance, valueOf } from "../../testing/testDeployment.testing";
import type { ReloadableDeployment } from "../openDeployment";

let deployment: ReloadableDeployment;

beforeAll(async () => {
  deployment = await openConformance();
});

afterAll(async () => {
  await deployment.close();
});

const action = (what: string) =>
  `Can't use ${what} in queries and mutations. Please consider using an action. See https://docs.convex.dev/functions/actions for more details.`;

const offeredEverywhere = {
  clearTimeout: "allowed",
  absent: [],
  free: "undefined undefined undefined",
  missing: [],
  process: "env",
  scopedProcess: "env",
  variable: "http://127.0.0.1:3211",
  listed: 0,
  assigned: expect.stringContaining("'set' on proxy"),
  weak: true,
  finalization: "allowed",
  asyncLocalStorage: 7,
  timezone: true,
  random: 4,
};

const withoutOutside = {
  fetch: action("fetch()"),
  scopedFetch: action("fetch()"),
  setTimeout: action("setTimeout"),
  setInterval: action("setInterval"),
  lazily: expect.stringMatching(/^Can't dynamically import ".*\.js" in a query or mutation$/),
  dateMoved: false,
};

describe("what a function can reach", () => {
  it("in a query: nothing outside, and time stands still", async () => {
    expect(await valueOf(deployment, "query", "runtime:inQuery")).toEqual({
      ...offeredEverywhere,
      ...withoutOutside,
      performanceMoved: false,
    });
  });

  it("in a mutation: nothing outside, but performance.now() runs", async () => {
    expect(await valueOf(deployment, "mutation", "runtime:inMutation")).toEqual({
      ...offeredEverywhere,
      ...withoutOutside,
      performanceMoved: true,
    });
  });

  it("in an action: the network, timers, dynamic imports and time", async () => {
    expect(await valueOf(deployment, "action", "runtime:inAction")).toEqual({
      ...offeredEverywhere,
      fetch: "allowed",
      scopedFetch: "allowed",
      setTimeout: "allowed",
      setInterval: "allowed",
      lazily: "allowed",
      dateMoved: true,
      performanceMoved: true,
    });
  });
});

describe("crypto.subtle", () => {
  const noRandomness = action("cryptographic randomness");
  const everywhere = {
    digest: "allowed",
    hmac: "allowed",
    gcm: "allowed",
    gcmLongIv: expect.stringContaining("96-bit"),
    gcmShortTag: expect.stringContaining("128-bit"),
    cbc: "allowed",
    ctr: "allowed",
    hkdf: "allowed",
    pbkdf2: "allowed",
    ecdh: "allowed",
    ecdsaVerify: "allowed",
    ed25519Sign: "allowed",
    wrapKey: expect.stringContaining("not implemented"),
    aesKw: expect.stringContaining("does not implement AES-KW"),
    x25519: expect.stringContaining("does not implement X25519"),
  };

  it.each([
    ["query", "runtime:cryptoInQuery"],
    ["mutation", "runtime:cryptoInMutation"],
  ] as const)("in a %s does everything that needs no randomness", async (type, path) => {
    const result = await valueOf(deployment, type, path);
    expect(result).toMatchObject({
      ...everywhere,
      ecdsaSign: noRandomness,
      rsaPssSign: noRandomness,
      rsaOaepEncrypt: noRandomness,
      generateKey: noRandomness,
    });
    // Refused for its key, not for the operation.
    expect(result).not.toMatchObject({ rsaSign: noRandomness });
  });

  it("in an action does those as well", async () => {
    expect(await valueOf(deployment, "action", "runtime:cryptoInAction")).toMatchObject({
      ...everywhere,
      ecdsaSign: "allowed",
      rsaPssSign: expect.not.stringContaining("Can't use"),
      rsaOaepEncrypt: expect.not.stringContaining("Can't use"),
      generateKey: "allowed",
    });
  });
});

describe("module scope", () => {
  it("has the same time and randomness in every call and thread, and nothing outside", async () => {
    const first = await valueOf(deployment, "query", "scope:inQuery");
    expect(first).toEqual({
      loadedAt: expect.any(Number),
      loadedRandom: expect.any(Number),
      loadedUuid: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
      loadedByte: expect.any(Number),
      frozen: true,
      fetch: "fetch() unsupported at import time",
      setTimeout: "setTimeout unsupported at import time",
    });
    expect(await valueOf(deployment, "mutation", "scope:inMutation")).toEqual(first);
    expect(await valueOf(deployment, "action", "scope:inAction")).toEqual(first);
  });

  it("is new for a new version of the code, and the same for a thread that replaces another", async () => {
    const limited = await openConformance({ functionTimeLimitMs: 300 });
    try {
      const first = await valueOf(limited, "query", "scope:inQuery");
      await expect(valueOf(limited, "mutation", "limits:eatMemory")).rejects.toThrow("timed out");
      expect(await valueOf(limited, "query", "scope:inQuery")).toEqual(first);
      await limited.reload();
      expect(await valueOf(limited, "query", "scope:inQuery")).not.toEqual(first);
    } finally {
      await limited.close();
    }
  });
});
