import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { Portico } from "@portico/sdk";
import { connection } from "./connection";
import { FinalFailure, workUntil } from "./worker";
import type { Handler } from "./worker";

/** What this worker does: a line an action. */
const handlers: Readonly<Record<string, Handler>> = {
  "x.report": async ({ payload, cursor = "0", report }, signal) => {
    const pages = Number(payload["pages"] ?? 3);
    if (!Number.isInteger(pages) || pages < 0) throw new FinalFailure("pages is a whole number.");
    for (let page = Number(cursor); page < pages; page++) {
      await sleep(50, undefined, { signal });
      // An attempt after this one goes on with the next page.
      await report({ cursor: String(page + 1), progress: { pages: page + 1 } });
    }
    return { pages };
  },
};

/** Works until it is stopped, and lets the job in hand fail so that another worker goes on with it. */
async function main(): Promise<void> {
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());
  const portico = new Portico(await connection(process.env));
  const workerId = `${hostname()}-${process.pid}`.slice(-80);
  console.log(`${workerId} waits for ${Object.keys(handlers).join(", ")}`);
  await workUntil(stop.signal, portico, { workerId, handlers, leaseSeconds: 60, idleMs: 500, log: console.log });
  console.log("stopped");
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
