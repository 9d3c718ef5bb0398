import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { bundleOnce } from "../../host/testing/bundleOnce.testing";
import { startPortico } from "./startPortico";
import { freeSettings } from "./testPortico.testing";
import type { RunningPortico } from "./startPortico";

it("gives the demo key, at the next start, the permissions that it does not have yet", async () => {
  const dataDirectory = await mkdtemp(path.join(tmpdir(), "portico-demo-"));
  onTestFinished(() => rm(dataDirectory, { recursive: true, force: true }));
  const first = await startPortico(await freeSettings(dataDirectory), () => {}, { bundle: bundleOnce });
  const apiKey = first.demo?.organizations[0]?.apiKey ?? "";
  const { data }: { data: { id: string }[] } = await owner(first, "GET", "/v1/api-keys");
  // The key as it was before the other permissions joined the catalogue.
  await owner(first, "PATCH", `/v1/api-keys/${data[0]?.id}`, { scopes: ["item:read"] });
  expect(await statusOf(first, apiKey)).toBe(403);
  await first.close();

  const second = await startPortico(await freeSettings(dataDirectory), () => {}, { bundle: bundleOnce });
  expect(second.demo?.organizations[0]?.apiKey).toBe(apiKey);
  expect(await statusOf(second, apiKey)).toBe(200);
  await second.close();
});

async function owner({ siteUrl, demo }: RunningPortico, method: string, route: string, body?: object) {
  const response = await fetch(`${siteUrl}${route}`, {
    method,
    headers: {
      authorization: `Bearer ${demo?.organizations[0]?.users.owner.token}`,
      "content-type": "application/json",
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  expect(response.status).toBe(200);
  return response.json();
}

async function statusOf({ siteUrl }: RunningPortico, apiKey: string): Promise<number> {
  const { status } = await fetch(`${siteUrl}/v1/sites`, { headers: { authorization: `Bearer ${apiKey}` } });
  return status;
}
