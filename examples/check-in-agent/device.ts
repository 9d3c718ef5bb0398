import { createHmac } from "node:crypto";
import { readFile, statfs } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

/** Version of this agent, as the server shows it. */
export const agentVersion = "1.0.0";

const platforms: Partial<Record<NodeJS.Platform, "windows" | "macos" | "linux">> = {
  win32: "windows",
  darwin: "macos",
  linux: "linux",
};

/** Who this device is: what enrolment asks for, beside the GUID. */
export function deviceIdentity() {
  const address = firstAddress();
  return {
    hostname: os.hostname(),
    platform: platforms[process.platform] ?? ("other" as const),
    version: agentVersion,
    ...(address ? { ipAddress: address.address, macAddress: address.mac } : {}),
  };
}

/** What a check-in reports, read anew each time. Sizes are in bytes. */
export async function deviceFacts() {
  const root = path.parse(os.homedir()).root;
  const disk = await statfs(root);
  const cpus = os.cpus();
  return {
    os: { type: os.type(), release: os.release(), version: os.version(), architecture: os.arch() },
    cpu: { model: cpus[0]?.model.trim() ?? "unknown", cores: cpus.length, loadAverage1m: os.loadavg()[0] ?? 0 },
    memory: { totalBytes: os.totalmem(), freeBytes: os.freemem() },
    disk: { path: root, totalBytes: disk.blocks * disk.bsize, freeBytes: disk.bavail * disk.bsize },
    uptimeSeconds: Math.round(os.uptime()),
    nodeVersion: process.versions.node,
  };
}

/**
 * A GUID that stays the same when the agent is installed anew: derived from the machine id, which machine-id(5) asks not
 * to pass on as it is. Undefined for a machine without one: then the agent makes one up, and keeps it.
 */
export async function deviceGuid(machineIdFile = "/etc/machine-id"): Promise<string | undefined> {
  const machineId = await readMachineId(machineIdFile);
  if (machineId === undefined) return undefined;
  const digest = createHmac("sha256", machineId).update("portico-check-in-agent").digest("hex");
  return [
    digest.slice(0, 8),
    digest.slice(8, 12),
    digest.slice(12, 16),
    digest.slice(16, 20),
    digest.slice(20, 32),
  ].join("-");
}

async function readMachineId(file: string): Promise<string | undefined> {
  try {
    const id = (await readFile(file, "utf8")).trim();
    // Images are shipped with an empty file or the word "uninitialized".
    return /^[0-9a-f]{32}$/.test(id) ? id : undefined;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

function firstAddress(): os.NetworkInterfaceInfo | undefined {
  const addresses = Object.values(os.networkInterfaces()).flatMap((addressesOfOne) => addressesOfOne ?? []);
  return addresses.find(({ internal, family }) => !internal && family === "IPv4");
}
