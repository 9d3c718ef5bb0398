import { readFile } from "node:fs/promises";
import path from "node:path";

/** The two origins of a deployment, and a key of one organization. */
export interface Connection {
  readonly restUrl: string;
  readonly convexUrl: string;
  readonly apiKey: string;
}

interface DemoFile {
  readonly restUrl: string;
  readonly convexUrl: string;
  readonly organizations: readonly { readonly apiKey: string }[];
}

/** `PORTICO_URL`, `PORTICO_CONVEX_URL` and `PORTICO_API_KEY`, else the demo data of this machine. */
export async function connection(environment: NodeJS.ProcessEnv): Promise<Connection> {
  const { PORTICO_URL: restUrl, PORTICO_CONVEX_URL: convexUrl, PORTICO_API_KEY: apiKey } = environment;
  if (restUrl !== undefined && convexUrl !== undefined && apiKey !== undefined) return { restUrl, convexUrl, apiKey };
  const variables = "PORTICO_URL, PORTICO_CONVEX_URL and PORTICO_API_KEY";
  if ([restUrl, convexUrl, apiKey].some((value) => value !== undefined)) {
    throw new Error(`Set ${variables} all, or none of them.`);
  }
  const file = path.join(environment["PORTICO_DATA_DIR"] ?? ".portico", "demo.json");
  const text = await readFile(file, "utf8").catch((cause: unknown) => {
    throw new Error(`${file} cannot be read: start Portico with \`npm start\`, or set ${variables}.`, { cause });
  });
  const demo: DemoFile = JSON.parse(text);
  const [organization] = demo.organizations;
  if (!organization) throw new Error(`${file} names no organization.`);
  return { restUrl: demo.restUrl, convexUrl: demo.convexUrl, apiKey: organization.apiKey };
}
