import * as z from "zod";
import { operatorOf, refused } from "./operatorCall";
import { runningAt } from "./servedBy";
import { startPortico } from "./startPortico";
import type { PublicUrls } from "../../host/server/startServer";
import type { CallAsOperator } from "./operatorCall";
import type { Settings } from "./settings";

/** Where an installation answers, and the way to call it. */
export interface Operator {
  readonly call: CallAsOperator;
  readonly siteUrl: string;
  readonly cloudUrl: string;
}

const answer = z.discriminatedUnion("status", [
  z.object({ status: z.literal("success"), value: z.unknown() }),
  z.object({ status: z.literal("error"), errorMessage: z.string(), errorData: z.unknown().optional() }),
]);

/**
 * Does something with an installation. A running one is asked over HTTP, which needs PORTICO_ADMIN_KEY, and keeps serving; a
 * stopped one is opened for it.
 * @throws {Error} with one line when a port is taken by something else, or the installation cannot be opened
 */
export async function asOperator<Result>(
  settings: Settings,
  work: (operator: Operator) => Promise<Result>,
): Promise<Result> {
  const running = await runningOperator(settings);
  if (running) return await work(running);
  const log: string[] = [];
  const portico = await startPortico({ ...settings, seed: "none" }, ({ line }) => log.push(line));
  try {
    const { siteUrl, cloudUrl, deployment } = portico;
    return await work({ call: operatorOf(deployment), siteUrl, cloudUrl });
  } catch (error) {
    process.stderr.write(log.map((line) => `${line}\n`).join(""));
    throw error;
  } finally {
    await portico.close();
  }
}

async function runningOperator(settings: Settings): Promise<Operator | undefined> {
  const running = await runningAt(settings);
  if (running === null) return undefined;
  const { cloudUrl, siteUrl } = running;
  if (settings.adminKey === undefined) throw keyNeeded(running);
  return { call: callerOver(cloudUrl, settings.adminKey), cloudUrl, siteUrl };
}

/** The refusal of a command that a running installation takes with its key only. */
export function keyNeeded({ cloudUrl }: PublicUrls): Error {
  return new Error(
    `The installation is running at ${cloudUrl}: set PORTICO_ADMIN_KEY for it and for this command, or stop it first.`,
  );
}

function callerOver(cloudUrl: string, adminKey: string): CallAsOperator {
  return async (type, functionPath, args) => {
    const response = await fetch(`${cloudUrl}/api/${type}`, {
      method: "POST",
      headers: { authorization: `Convex ${adminKey}`, "content-type": "application/json" },
      body: JSON.stringify({ path: functionPath, args, format: "json" }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`The running installation refused: ${text}`);
    const outcome = answer.parse(JSON.parse(text));
    if (outcome.status === "success") return outcome.value;
    throw refused(outcome.errorMessage, outcome.errorData);
  };
}
