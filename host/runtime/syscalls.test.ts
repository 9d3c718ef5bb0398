import { createLocalJWKSet, jwtVerify } from "jose";
import { z } from "zod";
import { jsonToConvex } from "convex/values";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { JsonValue } from "../deployment";
import { errorOf, openConformance, scratchDirectory, valueOf } from "../testing/testDeployment.testing";
import type { ReloadableDeployment } from "./openDeployment";

let deployment: ReloadableDeployment;

beforeAll(async () => {
  deployment = await openConformance();
});

afterAll(async () => {
  await deployment.close();
});

const mutate = (name: string, args: JsonValue = {}) => valueOf(deployment, "mutation", `syscalls:${name}`, args);
const read = (name: string, args: JsonValue = {}) => valueOf(deployment, "query", `syscalls:${name}`, args);

const int64 = z.object({ $integer: z.string() }).transform((value) => {
  const decoded = jsonToConvex(value);
  if (typeof decoded !== "bigint") throw new Error("not an Int64");
  return decoded;
});
const stampedShape = z.object({ id: z.string(), at: int64, lastIsOwn: z.boolean(), snapshotTs: int64 });
const rowsShape = z.object({
  rows: z.array(z.object({ name: z.string(), at: int64.optional(), list: z.array(int64).optional() })),
  snapshotTs: int64,
});

describe("commit timestamps", () => {
  it("are put into documents, indexes and results at commit, strictly increasing", async () => {
    const first = stampedShape.parse(await mutate("stamp", { name: "first" }));
    const second = stampedShape.parse(await mutate("stamp", { name: "second" }));
    expect([first.lastIsOwn, second.lastIsOwn]).toEqual([true, true]);
    expect(second.at).toBeGreaterThan(first.at);
    const { rows, snapshotTs } = rowsShape.parse(await read("stamped"));
    expect(rows).toEqual([
      expect.objectContaining({ name: "first", at: first.at, list: [first.at] }),
      expect.objectContaining({ name: "second", at: second.at, list: [second.at] }),
    ]);
    expect(snapshotTs).toBeGreaterThanOrEqual(second.at);
  });

  it("lie above what getSnapshotTs answers, and at or below what it answers afterwards", async () => {
    for (let i = 0; i < 20; i++) {
      const before = rowsShape.parse(await read("stamped")).snapshotTs;
      const { at, snapshotTs } = stampedShape.parse(await mutate("stamp", { name: `clock ${i}` }));
      expect(at).toBeGreaterThan(before);
      expect(at).toBeGreaterThan(snapshotTs);
      expect(snapshotTs).toBeGreaterThanOrEqual(before);
      expect(rowsShape.parse(await read("stamped")).snapshotTs).toBeGreaterThanOrEqual(at);
    }
  });

  it("are the same in nested mutations, and nothing is left of a deleted document", async () => {
    const at = int64.parse(await mutate("stampTwice"));
    const { rows } = rowsShape.parse(await read("stamped"));
    expect(new Map(rows.slice(-2).map((row) => [row.name, row.at]))).toEqual(
      new Map([
        ["inner", at],
        ["outer", at],
      ]),
    );
    expect(rows.map(({ name }) => name)).not.toContain("gone");
  });

  it("cannot be scheduled or sent by a client", async () => {
    expect(await mutate("scheduleCommitTs")).toContain("cannot take an unresolved commit timestamp");
    expect(await errorOf(deployment, "mutation", "limits:store", { value: { name: { $commitTs: null } } })).toContain(
      "unresolved commit timestamp",
    );
  });
});

describe("ctx.auth.signJwt", () => {
  const keySet = (of: ReloadableDeployment) => createLocalJWKSet(JSON.parse(of.jsonWebKeySet()));

  it("signs with the deployment's key, which outlives a restart", async () => {
    const scratch = scratchDirectory();
    const file = `${scratch.path}/store.sqlite3`;
    try {
      const first = await openConformance({ file });
      const token = z.string().parse(
        await valueOf(first, "mutation", "syscalls:sign", {
          claims: { sub: "me", aud: "us", nested: { a: [1] } },
          expiresInSeconds: 60,
        }),
      );
      await first.close();
      const second = await openConformance({ file });
      const { payload, protectedHeader } = await jwtVerify(token, keySet(second), {
        issuer: "http://127.0.0.1:3210",
        audience: "us",
      });
      expect(protectedHeader).toMatchObject({ alg: "ES256", kid: expect.any(String) });
      expect(payload).toMatchObject({ sub: "me", nested: { a: [1] } });
      expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(60);
      await second.close();
    } finally {
      scratch.remove();
    }
  });

  it("publishes nothing private, and another deployment's key does not match", async () => {
    expect(deployment.jsonWebKeySet()).not.toContain('"d"');
    const token = z.string().parse(await mutate("sign", { claims: {}, expiresInSeconds: 60 }));
    const other = await openConformance();
    await expect(jwtVerify(token, keySet(other))).rejects.toThrow("no applicable key found");
    await other.close();
  });

  it.each<[string, JsonValue, JsonValue]>([
    ["no lifetime", {}, 0],
    ["a lifetime over an hour", {}, 3601],
    ["a fraction of a second", {}, 1.5],
    ["a reserved claim", { iss: "x" }, 60],
    ["a claim of Convex", { CONVEX_admin: true }, 60],
    ["claims that are no object", [1], 60],
  ])("refuses %s", async (_what, claims, expiresInSeconds) => {
    expect(await errorOf(deployment, "mutation", "syscalls:sign", { claims, expiresInSeconds })).toContain(
      "for `auth.signJwt`",
    );
  });
});

describe("useStaleSnapshot", () => {
  it("reads the state before the mutation's writes, which stay", async () => {
    await mutate("effect", {}).catch(() => undefined);
    expect(await mutate("staleSnapshot", { name: "one" })).toEqual({ stale: [], fresh: ["one"] });
    expect(await mutate("staleSnapshot", { name: "two" })).toEqual({
      stale: ["one", "one again"],
      fresh: ["one", "one again", "two"],
    });
    expect(await read("names")).toEqual(["one", "one again", "two", "two again"]);
  });

  it("keeps the writes of a mutation that does not wait for it", async () => {
    const before = z.array(z.string()).parse(await read("names"));
    await mutate("abandonSnapshot", { name: "abandoned" });
    for (let i = 0; i < 3; i++) await mutate("staleSnapshot", { name: `later ${i}` });
    const later = [0, 1, 2].flatMap((i) => [`later ${i}`, `later ${i} again`]);
    expect(await read("names")).toEqual([...before, "abandoned", ...later]);
  });
});

describe("what is not here", () => {
  it("is refused with its name", async () => {
    expect(await read("search")).toBe("Text search is not supported by this host: searched.by_text was queried.");
    expect(await valueOf(deployment, "action", "syscalls:searchVectors")).toBe(
      "Vector search is not supported by this host: searched.by_vector was queried.",
    );
  });
});

describe("operations", () => {
  it("that are unknown, or not for queries, are refused by name", async () => {
    expect(await read("unknownOperations")).toEqual([
      "Unknown operation 1.0/nothing",
      "Unknown async operation 1.0/nothing",
      "Unknown operation nothing",
      "insert is not supported in a query, only in a mutation.",
    ]);
  });
});

describe("system tables and metadata", () => {
  it("are read through db.system and written by nobody", async () => {
    expect(await mutate("systemTables")).toEqual({
      job: expect.objectContaining({
        name: "syscalls.js:effect",
        args: [{ name: "later" }],
        state: { kind: "pending" },
        scheduledTime: expect.any(Number),
      }),
      throughDb: "System tables can only be accessed with db.system.",
      throughSystem: "User tables cannot be accessed with db.system.",
      wrongTable: expect.stringMatching(
        /^Invalid argument `id` for `db\.get`: expected to be an Id<"rows">, got Id<"effects"> instead\.$/,
      ),
      write: expect.stringContaining("cannot be written"),
    });
  });

  it("tell a function about itself and its request", async () => {
    expect(await mutate("metadata")).toEqual({
      own: { name: "syscalls:metadata", componentPath: "", type: "mutation", visibility: "public" },
      request: { requestId: "0123456789abcdef", ip: null, userAgent: null, scheduledFunctionId: null, authToken: null },
    });
  });
});
