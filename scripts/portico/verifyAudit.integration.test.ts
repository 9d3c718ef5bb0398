import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openConnection } from "../../host/store/sqlite";
import { Commands } from "../lib/commands.testing";
import { databaseName } from "./dataDirectory";
import { operatorOf } from "./operatorCall";
import { startPortico } from "./startPortico";
import { freeSettings } from "./testPortico.testing";

let data: string;
let ports: NodeJS.ProcessEnv;
let commands: Commands;

/** Runs the command on the data directory. */
function verify(...args: readonly string[]) {
  return commands.run("scripts/verifyAudit.ts", args, { ...process.env, ...ports, PORTICO_DATA_DIR: data });
}

beforeAll(async () => {
  commands = new Commands();
  data = await mkdtemp(path.join(tmpdir(), "portico-trail-"));
  const settings = await freeSettings(data);
  ports = { PORTICO_PORT: String(settings.cloudPort), PORTICO_SITE_PORT: String(settings.sitePort) };
  const portico = await startPortico(settings, () => {});
  await operatorOf(portico.deployment)("mutation", "observability/auditSealing:seal", { agedMs: -1000 });
  await portico.close();
});

afterAll(async () => {
  await commands.close();
  await rm(data, { recursive: true });
});

it("verifies a stopped installation, and names the row that somebody changed in its file", async () => {
  const whole = await verify();
  expect(whole, whole.output).toMatchObject({ exitCode: 0 });
  expect(whole.output).toMatch(/^trail +sealed +unchanged +expired +not sealed yet +faults\n/);
  const [, anchor = ""] = /Anchor of acme: (\S+)/.exec(whole.output) ?? [];
  expect(await verify("--organization", "acme", "--since", anchor)).toMatchObject({ exitCode: 0 });
  const other = `1:${"0".repeat(64)}`;
  const cut = await verify("--organization", "acme", "--since", other);
  expect(cut).toMatchObject({
    exitCode: 1,
    output: expect.stringContaining("does not pass through the anchor at row 1"),
  });

  const connection = openConnection(path.join(data, databaseName));
  connection.exec(
    `UPDATE documents SET value = replace(value, '"operation":"create"', '"operation":"update"')
     WHERE value LIKE '%"tableName":"sites"%'`,
  );
  connection.close();
  const changed = await verify("--organization", "acme");
  expect(changed.exitCode).toBe(1);
  expect(changed.output).toMatch(/acme: Row \d+ \(\w+\) is not as it was sealed\./);
});

it("says what it takes, and which trail there is none of", async () => {
  expect(await verify("--since", "1:2")).toMatchObject({ exitCode: 1, output: expect.stringContaining("Usage:") });
  expect(await verify("--organization", "nobody")).toMatchObject({
    exitCode: 1,
    output: expect.stringContaining("Nothing of nobody was sealed yet"),
  });
});
