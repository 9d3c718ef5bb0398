import { access, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import * as z from "zod";
import { StoreInUseError } from "../../host/store/storeFile";
import { localUrls } from "./serving";
import type { PublicUrls } from "../../host/server/startServer";
import type { Settings } from "./settings";

/** Who serves a data directory: written by a start, removed by its end, and left behind by a kill. */
const noteName = "served-by.json";

const noteSchema = z.object({ pid: z.number(), cloudUrl: z.url(), siteUrl: z.url() });
const keySetSchema = z.object({ keys: z.array(z.object({ kid: z.string() })) });
const keySchema = z.object({ kid: z.string() });

/** Files of a data directory that say something of one process and nothing of the installation. */
export const processFiles: readonly string[] = [noteName];

/** Says in the data directory where this process answers, so that commands find it whatever ports they are told. */
export async function noteServing(directory: string, { cloudUrl, siteUrl }: PublicUrls): Promise<void> {
  const note: z.infer<typeof noteSchema> = { pid: process.pid, cloudUrl, siteUrl };
  await writeFile(path.join(directory, noteName), `${JSON.stringify(note)}\n`, { mode: 0o600 });
}

/** Takes the note back. */
export async function forgetServing(directory: string): Promise<void> {
  await rm(path.join(directory, noteName), { force: true });
}

/**
 * Where the installation of the data directory answers, which its signing key proves: at the address that it has noted, else at the
 * one of the settings. Null where it does not.
 */
export async function runningAt(
  settings: Pick<Settings, "dataDirectory" | "serving"> & Ports,
): Promise<PublicUrls | null> {
  const { dataDirectory, serving } = settings;
  const key = keySchema.safeParse(await readJson(path.join(dataDirectory, "signing-key.json")));
  if (!key.success) return null;
  const noted = noteSchema.safeParse(await readJson(path.join(dataDirectory, noteName)));
  for (const urls of [...(noted.success ? [noted.data] : []), localUrls(serving.hostname, settings)]) {
    if ((await servedKeyIds(urls.cloudUrl)).includes(key.data.kid)) return urls;
  }
  return null;
}

type Ports = Pick<Settings, "cloudPort" | "sitePort">;

/** The key ids that an installation at the address publishes; none where there is no installation. */
async function servedKeyIds(cloudUrl: string): Promise<readonly string[]> {
  const answer: unknown = await fetch(`${cloudUrl}/http/.well-known/jwks.json`)
    .then((response) => response.json())
    .catch(() => undefined);
  return keySetSchema.safeParse(answer).data?.keys.map(({ kid }) => kid) ?? [];
}

/** A refusal because of a file in use, in one line that names the variable and who has it; other errors as they are. */
export async function explainedInUse(error: unknown, directory: string): Promise<unknown> {
  if (!(error instanceof StoreInUseError)) return error;
  const noted = noteSchema.safeParse(await readJson(path.join(directory, noteName)));
  const holder = noted.success
    ? `served by process ${noted.data.pid} at ${noted.data.cloudUrl}`
    : "in use by another process";
  return new Error(`${directory} is ${holder}. Stop that one first, or choose another PORTICO_DATA_DIR.`, {
    cause: error,
  });
}

/** A failure because somebody took the data directory away meanwhile, in one line that says so; other errors as they are. */
export async function explainedGone(error: unknown, directory: string): Promise<unknown> {
  const isMissing = error instanceof Error && "code" in error && error.code === "ENOENT";
  const isThere = await access(directory).then(
    () => true,
    () => false,
  );
  if (!isMissing || isThere) return error;
  const advice = "Name where it is now as PORTICO_DATA_DIR, and move it only while nothing serves it.";
  return new Error(`${directory} was moved or deleted while it was served. ${advice}`, { cause: error });
}

async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, "utf8"));
  } catch {
    // Missing or half written: nobody can be told from it.
    return undefined;
  }
}
