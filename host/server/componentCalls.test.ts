import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TokenVerifier } from "../auth/tokenVerifier";
import type { ReloadableDeployment } from "../runtime/openDeployment";
import { componentsFixtureDirectory, openFixture, valueOf } from "../testing/testDeployment.testing";
import { startServer } from "./startServer";
import type { RunningServer } from "./startServer";

const adminKey = "an-admin-key-of-tests";
let deployment: ReloadableDeployment;
let server: RunningServer;

beforeAll(async () => {
  deployment = await openFixture({ functionsDirectory: componentsFixtureDirectory });
  const authentication = new TokenVerifier({ providers: () => [] });
  const options = { cloudPort: 0, sitePort: 0, redactErrors: false, adminKey, authentication };
  server = await startServer({ ...options, deployment });
});

afterAll(async () => {
  await server.close();
  await deployment.close();
});

/** What `convex run --component` sends. */
async function run(
  componentPath: unknown,
  path: string,
  args: object,
  authorization: Record<string, string> = { authorization: `Convex ${adminKey}` },
): Promise<unknown> {
  const response = await fetch(`${server.cloudUrl}/api/function`, {
    method: "POST",
    headers: { "content-type": "application/json", ...authorization },
    body: JSON.stringify({ componentPath, path, args, format: "json" }),
  });
  return await response.json();
}

describe("the functions of a component", () => {
  it("run for the admin, internal ones and actions too, nested ones by their path", async () => {
    expect(await run("ledger", "entries:addSecretly", { amount: 5 })).toMatchObject({ status: "success" });
    expect(await run("ledger", "entries:addByAction", { amount: 1 })).toMatchObject({ status: "success", value: 2 });
    expect(await run("ledger/archive", "boxes:store", { amount: 1 })).toMatchObject({ status: "success" });
    expect(await valueOf(deployment, "query", "ledgers:report", { which: "ledger" })).toMatchObject({
      amounts: [2, 5],
      archived: { count: 1 },
    });
  });

  it("are named in the refusal when they do not exist", async () => {
    expect(await run("nowhere", "entries:add", { amount: 1 })).toMatchObject({
      status: "error",
      errorMessage: expect.stringContaining("Could not find function for 'nowhere;entries:add'"),
    });
    expect(await run("ledger;", "entries:add", { amount: 1 })).toMatchObject({ code: "ComponentNotFound" });
    expect(await run(1, "entries:add", { amount: 1 })).toMatchObject({ code: "ComponentNotFound" });
  });

  it("are not for anybody else", async () => {
    expect(await run("ledger", "entries:add", { amount: 1 }, {})).toMatchObject({ code: "ComponentsNeedAdmin" });
  });
});
