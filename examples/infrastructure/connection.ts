import { readFile } from "node:fs/promises";
import path from "node:path";

interface DemoFile {
  readonly restUrl: string;
  readonly organizations: readonly { readonly apiKey: string }[];
}

/** Where to call and with which key: `PORTICO_URL` and `PORTICO_API_KEY`, else the demo data of this machine. */
export async function connection(environment: NodeJS.ProcessEnv): Promise<{ baseUrl: string; apiKey: string }> {
  const { PORTICO_URL: baseUrl, PORTICO_API_KEY: apiKey } = environment;
  if (baseUrl !== undefined && apiKey !== undefined) return { baseUrl, apiKey };
  if (baseUrl !== undefined || apiKey !== undefined)
    throw new Error("Set PORTICO_URL and PORTICO_API_KEY both, or neither.");
  const file = path.join(environment["PORTICO_DATA_DIR"] ?? ".portico", "demo.json");
  const text = await readFile(file, "utf8").catch((cause: unknown) => {
    throw new Error(
      `${file} cannot be read: start Portico with \`npm start\`, or set PORTICO_URL and PORTICO_API_KEY.`,
      { cause },
    );
  });
  const demo: DemoFile = JSON.parse(text);
  const [organization] = demo.organizations;
  if (!organization) throw new Error(`${file} names no organization.`);
  return { baseUrl: demo.restUrl, apiKey: organization.apiKey };
}
