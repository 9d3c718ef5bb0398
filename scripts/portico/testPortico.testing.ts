import { mkdtemp, rm, statfs } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { developmentIssuerUrl } from "../../host/development/issuer";
import { AnswerAudit } from "../../openapi/contract/answerAudit.testing";
import { noteForFailure } from "../lib/failureNotes.testing";
import { freePorts } from "../lib/freePorts";
import { readLoopbackOrigins } from "./loopbackOrigins";
import { raisedLimits } from "./raisedLimits.testing";
import { readServing } from "./serving";
import { startPortico } from "./startPortico";
import type { RunningPortico } from "./startPortico";
import type { DemoData } from "./demo";
import type { TextAnswer, TextRequest } from "../../openapi/contract/answerAudit.testing";
import type { InstallationSettings } from "./settings";

/** A started product on a file of its own, with the demo data in it. */
export interface TestPortico extends RunningPortico {
  readonly demo: DemoData;
  readonly dataDirectory: string;
  /** What functions and host logged; its errors are shown where a test fails. */
  readonly logLines: readonly string[];
  /** Sends a request over REST and reads all of the answer. */
  textOf(url: string, init: TextRequest): Promise<TextAnswer>;
}

/** Whom the tests' deployments know as a platform administrator. */
export const platformAdminSubject = "platform-admin";

/**
 * Starts the product as `npm start` does, on free ports and a temporary directory that `close` removes. Whatever a test gets from it
 * over REST is checked against the OpenAPI document; `close` throws what the document does not know. `environment` says how it
 * is served, and is handed on to the functions.
 */
export async function startTestPortico(environment: NodeJS.ProcessEnv = {}): Promise<TestPortico> {
  const dataDirectory = await mkdtemp(path.join(await scratchParent(), "portico-test-"));
  const logLines: string[] = [];
  const settings = await freeSettings(dataDirectory);
  const serving = readServing(environment, settings);
  const portico = await startPortico(
    { ...settings, serving, loopbackOrigins: readLoopbackOrigins(environment, serving) },
    ({ path: name, line }) => {
      logLines.push(`${name} ${line}`);
      if (line.includes("[ERROR]")) noteForFailure(`${name} ${line}`);
    },
    {
      passed: {
        ...process.env,
        ...raisedLimits,
        ENABLE_MOCK_PROVIDER: "true",
        ...environment,
        PLATFORM_ADMIN_SUBJECTS: `${developmentIssuerUrl}|${platformAdminSubject}`,
      },
    },
  );
  if (!portico.demo) throw new Error("A new data directory was not seeded.");
  const audit = new AnswerAudit(portico.siteUrl);
  return {
    ...portico,
    demo: portico.demo,
    dataDirectory,
    logLines,
    textOf: (url, init) => audit.textOf(url, init),
    close: async () => {
      await portico.close();
      await rm(dataDirectory, { recursive: true });
      await audit.close();
    },
  };
}

/** Memory where there is plenty that serves as a disk, since a commit waits for the disk and these tests lose no power. */
async function scratchParent(): Promise<string> {
  const memory = "/dev/shm";
  const space = await statfs(memory).catch(() => undefined);
  return space !== undefined && space.bavail * space.bsize > 1 << 30 ? memory : tmpdir();
}

/** Settings of a demo installation on free ports. */
export async function freeSettings(dataDirectory: string): Promise<InstallationSettings> {
  const [cloudPort, sitePort] = await freePorts();
  return { dataDirectory, cloudPort, sitePort, seed: "demo", redactErrors: false };
}
