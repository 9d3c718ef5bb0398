import { readFile } from "node:fs/promises";
import path from "node:path";

/** Where the agent reports to and keeps its key. */
export interface AgentSettings {
  readonly url: string;
  readonly stateFile: string;
  /** Undefined once a device has enrolled and its token is gone. */
  readonly enrollmentToken: string | undefined;
}

interface DemoFile {
  readonly restUrl: string;
  readonly organizations: readonly { readonly enrollmentToken: string }[];
}

/**
 * Reads `PORTICO_URL`, `PORTICO_ENROLLMENT_TOKEN` and `PORTICO_AGENT_STATE`; without a URL, the demo data of an
 * installation on this machine.
 */
export async function agentSettings(environment: NodeJS.ProcessEnv): Promise<AgentSettings> {
  const dataDirectory = environment["PORTICO_DATA_DIR"] ?? ".portico";
  const stateFile = environment["PORTICO_AGENT_STATE"] ?? path.join(dataDirectory, "agent.json");
  const url = environment["PORTICO_URL"]?.replace(/\/+$/, "");
  const enrollmentToken = environment["PORTICO_ENROLLMENT_TOKEN"];
  if (url !== undefined) return { url, stateFile, enrollmentToken };
  const file = path.join(dataDirectory, "demo.json");
  const text = await readFile(file, "utf8").catch((cause: unknown) => {
    throw new Error(`${file} cannot be read: start Portico with \`npm start\`, or set PORTICO_URL.`, { cause });
  });
  const demo: DemoFile = JSON.parse(text);
  return { url: demo.restUrl, stateFile, enrollmentToken: enrollmentToken ?? demo.organizations[0]?.enrollmentToken };
}
