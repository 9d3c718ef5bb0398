import { execFile, spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { documentOrigin } from "../../convex/documentation/documentOrigin";
import { startTestPortico } from "../../scripts/portico/testPortico.testing";
import { sampledOperations } from "../codeSamples.testing";
import { openApiDocument } from "../document";
import { registry } from "../registry";
import type { TestPortico } from "../../scripts/portico/testPortico.testing";

const run = promisify(execFile);

const operations = sampledOperations(openApiDocument(registry));

const hasCurl = spawnSync("curl", ["--version"]).status === 0;
if (!hasCurl) console.warn("No curl on this machine: the document's samples were not sent.");

/** What a request that is as it should be may meet: rows of examples do not exist, and not everything is permitted to everyone. */
const understood = new Set([200, 201, 202, 204, 403, 404, 409, 410, 422]);
/** Tokens, links and messages of others, whose examples nobody signed or which nobody set up. */
const others: ReadonlyMap<string, number> = new Map([
  ["receiveClerkWebhook", 503],
  ["receiveResendWebhook", 503],
  ["receiveStripeWebhook", 503],
  // Its example names an integration that nobody has registered here.
  ["listLineItemsByIntegration", 400],
]);

describe.skipIf(!hasCurl)("the document's curl samples", () => {
  let portico: TestPortico;
  let directory: string;

  beforeAll(async () => {
    portico = await startTestPortico();
    directory = await mkdtemp(path.join(tmpdir(), "portico-samples-"));
    await writeFile(path.join(directory, "logo.png"), onePixel, "base64");
  });
  afterAll(async () => {
    await portico?.close();
    await rm(directory, { recursive: true });
  });

  test.each(operations)("$operationId is a request that the API understands", async ({ operationId, samples }) => {
    const [organization] = portico.demo.organizations;
    const sample = samples.get("Shell")?.replaceAll(documentOrigin, portico.siteUrl);
    const options = "--silent --show-error --write-out '\\n%{http_code}'";
    const { stdout } = await run("sh", ["-euc", `curl() { command curl ${options} "$@"; }\n${sample}`], {
      cwd: directory,
      // The document is an answer as well.
      maxBuffer: 64 * 1024 * 1024,
      env: {
        PATH: process.env["PATH"],
        PORTICO_API_KEY: organization?.apiKey,
        PORTICO_TOKEN: organization?.users.owner?.token,
        PORTICO_AGENT_KEY: organization?.agents[0]?.key,
        PORTICO_ENROLLMENT_TOKEN: organization?.enrollmentToken,
      },
    });
    const status = Number(stdout.slice(stdout.lastIndexOf("\n")));
    expect(others.has(operationId) ? [others.get(operationId)] : [...understood], stdout).toContain(status);
  });
});

const onePixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
