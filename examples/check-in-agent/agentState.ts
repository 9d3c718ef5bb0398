import { chmod, mkdir, open, readFile, rename } from "node:fs/promises";
import path from "node:path";

/** What enrolment gave this device; the file is the only place the key is kept. */
export interface AgentState {
  readonly url: string;
  readonly guid: string;
  readonly agentId: string;
  readonly key: string;
}

/**
 * Reads the state file.
 * @returns Undefined when this device has not enrolled yet.
 * @throws {Error} when the file holds something else: overwriting it could lose a key.
 */
export async function readAgentState(file: string): Promise<AgentState | undefined> {
  const text = await textOf(file);
  if (text === undefined) return undefined;
  const state = parsed(text);
  if (!isAgentState(state)) throw new Error(`${file} is not an agent's state file; move it away to enrol anew.`);
  // A backup or a copy may have opened it to others.
  await chmod(file, 0o600);
  return state;
}

/** Writes the state file whole or not at all, readable by its owner alone from its first byte on. */
export async function writeAgentState(file: string, state: AgentState): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  const temporary = `${file}.${process.pid}.new`;
  const handle = await open(temporary, "w", 0o600);
  try {
    await handle.writeFile(`${JSON.stringify(state, null, 2)}\n`);
    // Without this the rename may reach the disk before the contents, and a power cut would leave an empty file.
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporary, file);
}

async function textOf(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isAgentState(value: unknown): value is AgentState {
  if (typeof value !== "object" || value === null) return false;
  const fields: Readonly<Record<string, unknown>> = { ...value };
  return ["url", "guid", "agentId", "key"].every((name) => typeof fields[name] === "string");
}
