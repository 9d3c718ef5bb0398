import { createServer } from "node:net";

/** Below the ports that systems give to outgoing connections and to servers that ask for any (32768 upwards on Linux). */
const [lowest, highest] = [10_000, 32_000] as const;
/**
 * Each process begins at a place of its own, far enough from the next that none comes into another's: a worker of the tests
 * starts the product some fifty times, and those alive at once have ids that are close together.
 */
const portsPerProcess = 200;

let given = 0;

/**
 * Two loopback ports for a server that has to know them before it listens. Nobody else is given them meanwhile: no other
 * connection, and no other process that asks here.
 */
export async function freePorts(): Promise<[number, number]> {
  return [await nextFreePort(), await nextFreePort()];
}

async function nextFreePort(): Promise<number> {
  const first = process.pid * portsPerProcess;
  for (const end = given + (highest - lowest); given < end;) {
    const port = lowest + ((first + given++) % (highest - lowest));
    if (await isFree(port)) return port;
  }
  throw new Error(`No port between ${lowest} and ${highest} is free.`);
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return await new Promise<boolean>((resolve) => {
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
