import { createHash } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { FakeS3, fakeKey } from "../../convex/infrastructure/operationTypes/s3/fakeS3.testing";
import { startTestPortico } from "../../scripts/portico/testPortico.testing";
import { send } from "./client.testing";
import { expectProblem } from "./hostile.testing";
import { newLink } from "./rows/infrastructure.testing";
import { nextSample } from "./samples.testing";
import { tablesOf } from "./tables.testing";
import { createWorld } from "./world.testing";
import type { TestPortico } from "../../scripts/portico/testPortico.testing";
import type { World } from "./world.testing";

/** Operation services over REST, with a storage that listens on this machine and checks every signature. */

const path = "/v1/operation-services";
const storage = new FakeS3();
let listening: Awaited<ReturnType<FakeS3["listen"]>>;
let portico: TestPortico;
let world: World;

beforeAll(async () => {
  listening = await storage.listen();
  portico = await startTestPortico({ PORTICO_ALLOW_LOOPBACK_ORIGINS: listening.url });
  world = await createWorld(portico);
});
afterAll(async () => {
  await portico.close();
  await listening.close();
});
beforeEach(() => {
  storage.trouble = undefined;
});

const call = (method: string, to: string, body?: object, credential = world.owner) =>
  send(portico, method, to, credential, body);
const configOf = (more: object = {}) => ({
  bucket: "acme-backups",
  region: "eu-central-1",
  endpoint: listening.url,
  prefix: `p ü@+${nextSample()}/`,
  ...fakeKey,
  ...more,
});

async function created(more: object = {}): Promise<string> {
  const body = { name: `Service ${nextSample()}`, type: "backup_s3", config: configOf(more) };
  const made = await call("POST", path, body);
  expect(made.status, made.text).toBe(201);
  return String(made.body["id"]);
}

/** Runs an operation to its end, and answers its run. */
async function ran(id: string, operation: string, more: object = {}): Promise<Record<string, unknown>> {
  const asked = await call("POST", `${path}/${id}/run`, { operation, ...more });
  expect(asked.status, asked.text).toBe(202);
  let run: Record<string, unknown> = {};
  const isOver = async () => {
    const { body } = await call("GET", `${path}/${id}/runs`);
    run = Object(body)["data"].find(({ jobId }: { jobId: string }) => jobId === asked.body["jobId"]);
    return run["status"] === "completed" || (run["status"] === "failed" && run["willRetry"] === false);
  };
  await expect.poll(isOver, { timeout: 60_000 }).toBe(true);
  return run;
}

describe("backups", () => {
  it("are tested, made, proved by their manifest and listed", async () => {
    const { params = {} } = await newLink(world);
    const prefix = `backups of ü@+//${nextSample()}/`;
    const id = await created({ prefix });
    expect(await ran(id, "test")).toMatchObject({ status: "completed", result: { isWorking: true } });
    const { result } = await ran(id, "backup");
    const { backupId, manifestSha256 }: { backupId: string; manifestSha256: string } = Object(result);
    const folder = `${prefix}${world.acme.id}/`;
    const manifest = storage.objects.get(`${folder}backups/${backupId}.json`) ?? new Uint8Array();
    const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
    expect(sha256(manifest)).toBe(manifestSha256);
    const { parts, organizationId } = Object(JSON.parse(new TextDecoder().decode(manifest)));
    expect(organizationId).toBe(world.acme.id);
    const rows = (table: string) =>
      parts
        .filter((part: { table: string }) => part.table === table)
        .flatMap(({ name, sha256: hash }: { name: string; sha256: string }) => {
          const part = storage.objects.get(`${folder}data/${backupId}/${name}`) ?? new Uint8Array();
          expect(sha256(part)).toBe(hash);
          return new TextDecoder()
            .decode(part)
            .trimEnd()
            .split("\n")
            .map((line) => JSON.parse(line));
        });
    expect(rows("projects")).toContainEqual(expect.objectContaining({ id: params["projectId"] }));
    expect(rows("projectResources")).toContainEqual(expect.objectContaining({ id: params["linkId"] }));
    expect(rows("servers").every((row: { organizationId: string }) => row.organizationId === world.acme.id)).toBe(true);
    expect((await ran(id, "list")).result).toMatchObject({ backups: [{ backupId }] });
  });

  it("are asked for, listed and cancelled by their jobs", async () => {
    const id = await created();
    const asked = await call("POST", `${path}/${id}/run`, { operation: "backup" });
    const again = await call("POST", `${path}/${id}/run`, { operation: "list" });
    expect([asked.status, again.status]).toEqual([202, 202]);
    const { body } = await call("GET", `${path}/${id}/runs?limit=1`);
    expect(Object(body)["data"]).toMatchObject([{ operation: "list", jobId: again.body["jobId"] }]);
    const { nextCursor } = Object(body)["page"];
    const next = await call("GET", `${path}/${id}/runs?limit=1&cursor=${encodeURIComponent(nextCursor)}`);
    expect(Object(next.body)["data"]).toMatchObject([{ operation: "backup", jobId: asked.body["jobId"] }]);
    const job = await call("GET", `/v1/scheduled-jobs/${String(asked.body["jobId"])}`);
    expect(job.body).toMatchObject({ action: "operation.run", operationServiceId: id });
    expectProblem(
      await call("POST", "/v1/scheduled-jobs", { action: "x.report", dedupeKey: "operation.run:mine" }),
      400,
      "validation_failed",
    );
  });
});

describe("a configuration", () => {
  it("is found nowhere: in no table, log, audit row, event, error or answer", async () => {
    const planted = `planted${nextSample()}correct-horse-battery`;
    const config = configOf({ secretAccessKey: planted });
    const body = { name: `Planted ${nextSample()}`, type: "backup_s3", config };
    const made = await call("POST", path, body);
    const id = String(made.body["id"]);
    const answers = [
      made,
      await call("POST", `${path}/${id}/config`, { config: { ...config, bucket: "acme-backups" } }),
      await call("GET", `${path}/${id}`),
      // What is refused repeats nothing either, whatever it is refused for.
      await call("POST", path, { ...body, config: { ...config, endpoint: "https://10.0.0.1" } }),
      await call("POST", path, { ...body, config: { ...config, secretAccessKey: `${planted}\r\nx-evil: 1` } }),
      await call("POST", path, { ...body, config: { ...config, [planted.slice(0, 12)]: 1 } }),
      await call("POST", path, { ...body, type: "networking_cloudflare" }),
      await call("POST", path, { ...body, config: [planted] }),
      await call("POST", path, { ...body, other: 1 }),
      await call("PATCH", `${path}/${id}`, { config }),
      await call("POST", `${path}/${id}/config`, { config }, world.tokens.viewer),
    ];
    expect(answers.map(({ status }) => status)).toEqual([201, 200, 200, 422, 422, 422, 422, 400, 400, 400, 403]);
    // The request log is written behind the answers, and tells of all refusals.
    const logged = async () => (await call("GET", "/v1/api-logs?limit=100")).text;
    await expect.poll(logged).toContain("updateOperationService");
    // The storage knows another secret: the run fails by its signature.
    expect(await ran(id, "test")).toMatchObject({
      status: "failed",
      error: "The storage takes the secret key for a wrong one.",
    });
    storage.trouble = ({ headers }) => ({
      status: 400,
      body: `<Error><Code>${planted}</Code><Message>${JSON.stringify(headers)}</Message></Error>`,
    });
    expect(await ran(id, "test")).toMatchObject({ status: "failed", error: "The storage answered 400." });
    expect((await call("GET", `${path}/${id}`)).body).toMatchObject({ status: "error" });
    const everything = JSON.stringify([await tablesOf(portico), answers.map(({ text }) => text), await logged()]);
    expect(everything).not.toContain(planted);
    expect(portico.logLines.join("\n")).not.toContain(planted);
  });

  it("leads to no host of this network, whoever resolves it", async () => {
    for (const endpoint of [
      "http://127.0.0.1:1",
      "https://127.0.0.1",
      "https://localhost",
      "https://metadata.google.internal",
    ]) {
      const refused = await call("POST", path, {
        name: `N ${nextSample()}`,
        type: "backup_s3",
        config: configOf({ endpoint }),
      });
      expectProblem(refused, 422, "config_invalid");
      expect(refused.body["errors"]).toMatchObject([{ pointer: "/config/endpoint", code: "url_not_allowed" }]);
    }
  });

  it("that is led elsewhere by a redirect is followed nowhere", async () => {
    const id = await created();
    const before = storage.requests.length;
    storage.trouble = () => ({ status: 307, headers: { location: `${listening.url}/acme-backups/elsewhere` } });
    expect(await ran(id, "test")).toMatchObject({
      status: "failed",
      error: "The bucket is in another region, or behind another endpoint.",
    });
    expect(storage.requests.length - before).toBe(1);
  });
});
