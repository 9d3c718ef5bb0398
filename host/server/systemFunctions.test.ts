import { makeFunctionReference } from "convex/server";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isJsonObject, parseJson } from "../json";
import { openClient } from "../sync/syncHost.testing";
import { outcomeOf, valueOf } from "../testing/testDeployment.testing";
import { openCliProject } from "./cliProject.testing";
import type { CliProject } from "./cliProject.testing";

const systemQueries = [
  ["_system/cli/convexUrl:cloudUrl", {}],
  ["_system/cli/modules:apiSpec", {}],
  ["_system/cli/queryEnvironmentVariables", {}],
  ["_system/cli/queryEnvironmentVariables:get", { name: "SECRET" }],
  ["_system/cli/queryImport:list", {}],
  ["_system/cli/tables", { paginationOpts: { numItems: 10, cursor: null } }],
  ["_system/cli/tableData", { table: "agents", order: "desc", paginationOpts: { numItems: 10, cursor: null } }],
  ["_system/frontend/components:list", {}],
] as const;

let project: CliProject;

beforeAll(async () => {
  project = await openCliProject();
  for (let i = 0; i < 3; i++)
    await valueOf(project.deployment, "mutation", "agents:create", { guid: `agent ${i}`, tenant: "cli" });
  await project.deployment.updateEnvironmentVariables(
    new Map([
      ["SECRET", "two words"],
      ["A", "1"],
    ]),
  );
});

afterAll(async () => {
  await project.close();
});

describe("the official CLI", () => {
  it("run: names the functions there are when it does not find one", async () => {
    const { exitCode, errors } = await project.convex("run", "agents:nothing");
    expect(exitCode).toBe(1);
    expect(errors).toContain('Failed to run function "agents:nothing":');
    expect(errors).toContain("Could not find function for 'agents:nothing'.");
    expect(errors).toMatch(/Available functions:\n[^]*• agents:byTenant\n[^]*• nodeActions:sha256/);
    expect(errors).not.toMatch(/^\s+at /m);
  });

  it("env list, env get: answers the variables that were set", async () => {
    expect((await project.convex("env", "list", "--include-values")).output).toBe("A=1\nSECRET=two words\n");
    expect((await project.convex("env", "get", "SECRET")).output).toBe("two words\n");
    const missing = await project.convex("env", "get", "constructor");
    expect(missing.errors).toContain('Environment variable "constructor" not found');
  });

  it("data: lists tables, a table's newest documents, and the system tables that functions can read", async () => {
    expect((await project.convex("data")).output.split("\n")).toContain("agents");
    const { output, errors } = await project.convex("data", "agents", "--limit", "2", "--format", "jsonArray");
    const documents = parseJson(output);
    expect(documents).toMatchObject([{ guid: "agent 2" }, { guid: "agent 1" }]);
    const oldest = await project.convex("data", "agents", "--limit", "1", "--order", "asc", "--format", "jsonLines");
    expect(oldest.output).toContain('"agent 0"');
    expect(errors).not.toMatch(/^\s+at /m);
    expect((await project.convex("data", "_scheduled_functions")).errors).toContain("no documents in this table");
    expect((await project.convex("data", "_session_requests")).exitCode).not.toBe(0);
  });

  it("function-spec: describes every function and route", async () => {
    const spec = parseJson((await project.convex("function-spec")).output);
    const { url, functions } = isJsonObject(spec) ? spec : {};
    expect(url).toBe("http://127.0.0.1:3210");
    expect(functions).toContainEqual({
      functionType: "Mutation",
      identifier: "agents.js:create",
      visibility: { kind: "public" },
      args: {
        type: "object",
        value: {
          guid: { fieldType: { type: "string" }, optional: false },
          tenant: { fieldType: { type: "string" }, optional: false },
          label: { fieldType: { type: "string" }, optional: true },
        },
      },
      returns: { type: "any" },
    });
    expect(functions).toContainEqual(
      expect.objectContaining({ functionType: "Action", identifier: "nodeActions.js:sha256" }),
    );
    expect(functions).toContainEqual({ functionType: "HttpAction", method: "POST", path: "/deep/*" });
  });
});

describe("system functions", () => {
  const query = async (path: string, args: object, authorization?: string) => {
    const response = await fetch(`${project.server.cloudUrl}/api/query`, {
      method: "POST",
      headers: { "content-type": "application/json", ...(authorization === undefined ? {} : { authorization }) },
      body: JSON.stringify({ path, args, format: "json" }),
    });
    return { status: response.status, body: parseJson(await response.text()) };
  };

  it.each(systemQueries)("%s answers to the admin key alone", async (path, args) => {
    expect(await query(path, args, `Convex ${project.adminKey}`)).toMatchObject({
      status: 200,
      body: { status: "success" },
    });
    const unknown = "Could not find public function for '";
    expect(await query(path, args)).toMatchObject({
      body: { status: "error", errorMessage: expect.stringContaining(unknown + path) },
    });
    expect((await query(path, args, "Convex wrong")).status).toBe(401);
    // What the deployment calls by itself may be internal, but it is not the admin.
    const internal = await outcomeOf(project.deployment, "query", path, args, { allowInternal: true });
    expect(internal).toMatchObject({
      status: "error",
      errorMessage: expect.stringContaining("Could not find function for '"),
    });
    const identity = Buffer.from(JSON.stringify({ issuer: "i", subject: "s" })).toString("base64");
    expect(await query(path, args, `Convex ${project.adminKey}:${identity}`)).toMatchObject({
      body: { status: "error" },
    });
  });

  it("are refused to a subscription without the admin key, and live with it", async () => {
    const open = () => openClient(project.server.cloudUrl, []);
    const variables = makeFunctionReference<"query">("_system/cli/queryEnvironmentVariables");
    const refusal = await new Promise((resolve) => void open().onUpdate(variables, {}, () => undefined, resolve));
    expect(String(refusal)).toContain("Could not find public function");

    const admin = open();
    // The method that the CLI uses, which convex leaves out of its published types.
    const setAdminAuth: unknown = Reflect.get(admin.client, "setAdminAuth");
    if (typeof setAdminAuth !== "function") throw new Error("The client has no setAdminAuth");
    Reflect.apply(setAdminAuth, admin.client, [project.adminKey]);
    const seen: unknown[] = [];
    admin.onUpdate(variables, {}, (value) => seen.push(value));
    await expect.poll(() => seen.length).toBe(1);
    await project.deployment.updateEnvironmentVariables(new Map([["ADDED", "later"]]));
    await expect.poll(() => seen.at(-1)).toContainEqual({ name: "ADDED", value: "later" });
  });
});
