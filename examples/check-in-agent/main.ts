import { ApiError, Portico } from "@portico/sdk";
import { readAgentState } from "./agentState";
import { checkIn, checkInUntil } from "./checkIn";
import { enroll } from "./enrollment";
import { agentSettings } from "./settings";

/** Enrols this machine once and checks in until it is stopped; `--once` checks in a single time. */
async function main(): Promise<void> {
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    // A check-in under way is finished; a second signal ends the process at once.
    process.once(signal, () => stop.abort());
  }
  const settings = await agentSettings(process.env);
  const state = (await readAgentState(settings.stateFile)) ?? (await enroll(settings, stop.signal, log));
  if (!state) return;
  if (state.url !== settings.url) {
    throw new Error(`The key in ${settings.stateFile} belongs to ${state.url}; it is not sent to ${settings.url}.`);
  }
  // The pace is the loop's: retries of the SDK on top of it would multiply.
  const portico = new Portico({ baseUrl: state.url, apiKey: state.key, maxRetries: 0, timeoutMs: 20_000 });
  if (process.argv.includes("--once")) {
    const { serverTime } = await checkIn(portico, []);
    log(`checked in at ${new Date(serverTime).toISOString()}`);
    return;
  }
  await checkInUntil(stop.signal, portico, log);
  log("stopped");
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
