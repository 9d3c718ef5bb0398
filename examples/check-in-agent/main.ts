import { type AgentEvent, createAgent, fileStorage } from "@portico/sdk/agent";
import { ApiError } from "@portico/sdk/rest";
import { agentVersion, deviceFacts, deviceGuid, deviceIdentity } from "./device";
import { agentSettings } from "./settings";

/** Enrols this machine once and checks in until it is stopped; `--once` checks in a single time. */
async function main(): Promise<void> {
  const { url, stateFile, enrollmentToken } = await agentSettings(process.env);
  const agent = createAgent({
    baseUrl: url,
    enrollmentToken,
    storage: fileStorage(stateFile),
    guid: await deviceGuid(),
    device: deviceIdentity,
    report: async () => {
      const { hostname, ipAddress } = deviceIdentity();
      return {
        version: agentVersion,
        hostname,
        ...(ipAddress === undefined ? {} : { ipAddress }),
        facts: await deviceFacts(),
      };
    },
    onEvent: (event) => log(lineOf(event)),
  });
  if (process.argv.includes("--once")) {
    const { serverTime } = await agent.checkIn();
    log(`checked in at ${new Date(serverTime).toISOString()}`);
    return;
  }
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    // A check-in under way is finished; a second signal ends the process at once.
    process.once(signal, () => stop.abort());
  }
  await agent.run(stop.signal);
  log("stopped");
}

function lineOf(event: AgentEvent): string {
  switch (event.type) {
    case "enrolled":
      return `enrolled as agent ${event.agentId}, GUID ${event.guid}`;
    case "checkedIn":
      return `checked in; the next one follows in ${inSeconds(event.nextInMs)}`;
    case "enrollmentFailed":
    case "checkInFailed":
      return `${event.type} (${String(event.error)}); next try in ${inSeconds(event.nextInMs)}`;
    case "reportRefused":
    case "storageFailed":
      return `${event.type}: ${String(event.error)}`;
  }
}

function inSeconds(milliseconds: number): string {
  return `${Math.ceil(milliseconds / 1_000)} s`;
}

function log(line: string): void {
  console.log(`${new Date().toISOString()} ${line}`);
}

/** The problem in words, with the remedy that its page gives (RFC 9457: `type` leads to the page). */
async function explain(error: unknown): Promise<string> {
  if (!(error instanceof ApiError) || error.type === undefined) {
    return error instanceof Error ? error.message : String(error);
  }
  return [error.message, await mendOf(error.type), `Request id: ${error.requestId ?? "unknown"}`].join("\n");
}

async function mendOf(type: string): Promise<string> {
  try {
    const page = await fetch(type, { headers: { accept: "application/json" }, signal: AbortSignal.timeout(5_000) });
    const { mend }: { mend: string } = await page.json();
    return `Mend: ${mend}`;
  } catch {
    // The page is a help, not the message: its address will do.
    return `See ${type}`;
  }
}

main().catch(async (error: unknown) => {
  process.exitCode = 1;
  console.error(await explain(error));
});
