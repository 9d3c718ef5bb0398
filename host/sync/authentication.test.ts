import { isDeepStrictEqual } from "node:util";
import { ConvexHttpClient } from "convex/browser";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { createTestIssuer } from "../auth/testIssuer.testing";
import { openRaw } from "./rawClient.testing";
import { api, startSyncHost, watch } from "./syncHost.testing";
import type { SyncHost } from "./syncHost.testing";

const issuer = await createTestIssuer("https://issuer.test", "ES256");

async function startAuthenticating(adminKey?: string): Promise<SyncHost> {
  return await startSyncHost({
    providers: [issuer.customJwt("app")],
    server: adminKey === undefined ? {} : { adminKey },
  });
}

const watchSubject = {
  type: "ModifyQuerySet",
  baseVersion: 0,
  newVersion: 1,
  modifications: [{ type: "Add", queryId: 0, udfPath: "live:subject", args: [{}] }],
};
const carolsUpdate = [{ type: "QueryUpdated", queryId: 0, value: "carol", logLines: [], journal: null }];
const whoAdded = { type: "Mutation", requestId: 0, udfPath: "live:whoAdded", args: [{}] };

describe("ConvexClient", () => {
  it("signs in, becomes someone else and signs out", async () => {
    const host = await startAuthenticating();
    const client = host.client();
    const watched = watch(client, api.subject, {});
    await expect.poll(() => watched.values).toEqual([null]);
    const [alice, bob] = [await issuer.sign({ sub: "alice" }), await issuer.sign({ sub: "bob" })];
    const changes: boolean[] = [];
    client.setAuth(
      async () => alice,
      (isAuthenticated) => void changes.push(isAuthenticated),
    );
    await expect.poll(() => watched.values).toEqual([null, "alice"]);
    expect(await client.mutation(api.whoAdded, {})).toBe("alice");
    client.setAuth(async () => bob);
    await expect.poll(() => watched.values).toEqual([null, "alice", "bob"]);
    host.sockets.at(-1)?.terminate();
    expect(await client.mutation(api.whoAdded, {})).toBe("bob");
    client.client.clearAuth();
    await expect.poll(() => watched.values.at(-1)).toBe(null);
    expect(await client.mutation(api.whoAdded, {})).toBe(null);
    expect(changes).toContain(true);
    expect(host.reported).toEqual([]);
  });

  it("learns that its token is not accepted, and goes on as nobody", async () => {
    const host = await startAuthenticating();
    const client = host.client();
    const changes: boolean[] = [];
    client.setAuth(
      async () => "no.token.atall",
      (isAuthenticated) => void changes.push(isAuthenticated),
    );
    await expect.poll(() => changes).toEqual([false]);
    const watched = watch(client, api.subject, {});
    await expect.poll(() => watched.values).toEqual([null]);
  });

  it("brings a fresh token when the one it has expires", async () => {
    const host = await startAuthenticating();
    const client = host.client();
    const fresh = await issuer.sign({ sub: "alice", generation: "fresh" });
    const stale = await issuer.sign({ sub: "alice", generation: "stale", exp: Date.now() / 1000 - 1 });
    client.setAuth(async ({ forceRefreshToken }) => (forceRefreshToken ? fresh : stale));
    const watched = watch(client, api.subject, {});
    await expect.poll(() => watched.values).toEqual(["alice"]);
  });
});

describe("a session", () => {
  it("is refused a token that no provider issued, and told so", async () => {
    const { server } = await startAuthenticating();
    const client = await openRaw(server.cloudUrl);
    const value = await issuer.sign({ iss: "https://elsewhere.test" });
    client.send({ type: "Authenticate", tokenType: "User", value, baseVersion: 0 });
    const error = await client.next("AuthError");
    expect(error).toMatchObject({ baseVersion: 0, authUpdateAttempted: true });
    expect(error["error"]).toContain("No auth provider found matching the given token");
    expect(await client.closed()).toBe(1008);
  });

  it("ends when its token expires and something would run with it", async () => {
    const { server } = await startAuthenticating();
    const client = await openRaw(server.cloudUrl);
    const expiresAtMs = Date.now() + 400;
    const value = await issuer.sign({ sub: "alice", exp: expiresAtMs / 1000 });
    client.send({ type: "Authenticate", tokenType: "User", value, baseVersion: 0 });
    client.send(watchSubject);
    expect(await client.next("Transition")).toMatchObject({
      endVersion: { identity: 1, querySet: 1 },
      modifications: [{ value: "alice" }],
    });
    await expect.poll(() => Date.now()).toBeGreaterThan(expiresAtMs);
    client.send(whoAdded);
    expect(await client.next("AuthError")).toEqual({
      type: "AuthError",
      error: "Convex token identity expired",
      baseVersion: 1,
      authUpdateAttempted: false,
    });
  });

  it("acts as the admin and as whom the admin impersonates, and only with the right key", async () => {
    const { server } = await startAuthenticating("the key");
    const admin = await openRaw(server.cloudUrl);
    admin.send({ type: "Authenticate", tokenType: "Admin", value: "the key", baseVersion: 0 });
    admin.send({ type: "Mutation", requestId: 0, udfPath: "behaviour:scheduledAdd", args: [{ name: "internal" }] });
    expect(await admin.next("MutationResponse")).toMatchObject({ success: true, result: 1 });
    const impersonating = { issuer: "https://issuer.test", subject: "carol" };
    admin.send({ type: "Authenticate", tokenType: "Admin", value: "the key", baseVersion: 1, impersonating });
    admin.send(watchSubject);
    let transition = await admin.next("Transition");
    while (!isDeepStrictEqual(transition["modifications"], carolsUpdate)) transition = await admin.next("Transition");
    expect(transition).toMatchObject({ endVersion: { identity: 2, querySet: 1 } });

    const user = await openRaw(server.cloudUrl);
    user.send({ type: "Mutation", requestId: 1, udfPath: "behaviour:scheduledAdd", args: [{ name: "internal" }] });
    expect(String((await user.next("MutationResponse"))["result"])).toContain("Could not find public function");
    user.send({ type: "Authenticate", tokenType: "Admin", value: "a key", baseVersion: 0 });
    expect(await user.next("AuthError")).toMatchObject({ authUpdateAttempted: true });
  });
});

describe("the caller's own token", () => {
  it("is told to functions by every door, and to no log", async () => {
    const logged: unknown[] = [];
    for (const method of ["log", "warn", "error"] as const)
      vi.spyOn(console, method).mockImplementation((...line: unknown[]) => void logged.push(line));
    onTestFinished(() => void vi.restoreAllMocks());
    const host = await startSyncHost({
      providers: [issuer.customJwt("app")],
      deployment: { onLog: (line) => logged.push(line) },
    });
    const token = await issuer.sign({ sub: "alice" });
    const client = host.client();
    client.setAuth(async () => token);
    expect(await client.mutation(api.authToken, {})).toBe(token);
    client.client.clearAuth();
    expect(await client.mutation(api.authToken, {})).toBe(null);

    const http = new ConvexHttpClient(host.server.cloudUrl, { logger: false, auth: token });
    expect(await http.mutation(api.authToken, {})).toBe(token);
    await expect(http.mutation(api.add, { name: "a", fail: true })).rejects.toMatchObject({
      data: { reason: "asked to fail" },
    });
    const headers = { authorization: `bearer  ${token}` };
    const action = await fetch(`${host.server.siteUrl}/authToken`, { headers });
    expect(await action.json()).toEqual({ own: token, mutation: token });
    await fetch(`${host.server.siteUrl}/throws`, { headers });
    expect(JSON.stringify([logged, host.reported])).not.toContain(token);
  });

  it("is null for refused tokens, keys, the admin, and users whom the admin acts as", async () => {
    const host = await startAuthenticating("the key");
    const expired = await issuer.sign({ sub: "alice", exp: 1 });
    const acting = Buffer.from(JSON.stringify({ issuer: "i", subject: "s" })).toString("base64");
    for (const authorization of [`Bearer ${expired}`, "Bearer pk_live", "Convex the key", `Convex the key:${acting}`]) {
      const action = await fetch(`${host.server.siteUrl}/authToken`, { headers: { authorization } });
      expect(await action.json(), authorization).toEqual({ own: null, mutation: null });
    }
    expect(await (await fetch(`${host.server.siteUrl}/authToken`)).json()).toEqual({ own: null, mutation: null });
  });
});
