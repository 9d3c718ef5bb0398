import { expect, it } from "vitest";
import { startSyncHost } from "../sync/syncHost.testing";
import { valueOf } from "../testing/testDeployment.testing";

/** An HTTP action lives until its body has ended, as on Convex: this is how answers of language models are streamed. */

it.each([
  ["/streamedByPull", 201],
  ["/streamedByWriter", 200],
])("%s calls functions while its body is read", async (path, status) => {
  const { server } = await startSyncHost();
  const response = await fetch(server.siteUrl + path);
  expect(response.status).toBe(status);
  expect(await response.text()).toBe("1 2 3 ");
  expect(response.headers.get("x-streamed")).toBe(status === 201 ? "yes" : null);
});

it("is told when its client has gone, and may still write", async () => {
  const { server, deployment } = await startSyncHost();
  const stop = new AbortController();
  const response = await fetch(`${server.siteUrl}/endless`, { signal: stop.signal });
  await response.body?.getReader().read();
  stop.abort();
  const cancelled = () => valueOf(deployment, "query", "behaviour:read", { name: "cancelled" });
  await expect.poll(cancelled).toBe(1);
  const written = await valueOf(deployment, "query", "behaviour:read", { name: "endless" });
  expect(await valueOf(deployment, "query", "behaviour:read", { name: "endless" })).toBe(written);
});

it("cuts the connection when its source fails, and serves on", async () => {
  const { server } = await startSyncHost();
  const response = await fetch(`${server.siteUrl}/streamFails`);
  await expect(response.text()).rejects.toThrow("terminated");
  expect(await (await fetch(`${server.siteUrl}/exact`)).text()).toBe("exact");
});

it("takes the request of an action as one of its own Requests", async () => {
  const allowedOrigins = new Set<string>();
  const { server } = await startSyncHost({ deployment: { egress: { allowedOrigins } } });
  allowedOrigins.add(server.siteUrl);
  const answer = await fetch(`${server.siteUrl}/copied`, { method: "POST", body: "x" });
  expect(await answer.json()).toEqual({
    isRequest: [true, true, true],
    copied: ["POST", "b", "x", "x"],
    fetched: "exact",
    tags: ["[object Request]", "[object Response]"],
  });
});

it("reaches nothing on this machine unless it was named", async () => {
  const { server } = await startSyncHost();
  const answer = await fetch(`${server.siteUrl}/copied`, { method: "POST", body: "x" });
  expect(answer.status).toBe(500);
  expect(await answer.text()).toContain("fetch failed");
});
