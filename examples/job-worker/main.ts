import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { Portico } from "@portico/sdk/rest";
import { createWorker, JobFailure, type JobHandler, type WorkerEvent } from "@portico/sdk/worker";
import { connection } from "./connection";

/** What this worker does: a line an action. */
const handlers: Readonly<Record<string, JobHandler>> = {
  "x.report": async ({ payload, cursor = "0", report }, signal) => {
    const pages = Number(payload["pages"] ?? 3);
    if (!Number.isInteger(pages) || pages < 0) throw new JobFailure("pages is a whole number.", { retryable: false });
    for (let page = Number(cursor); page < pages; page++) {
      await sleep(50, undefined, { signal });
      // An attempt after this one goes on with the next page.
      await report({ cursor: String(page + 1), progress: { pages: page + 1 } });
    }
    return { pages };
  },
};

/** Works until it is stopped, and gives a job back that does not end within two seconds of that: another worker goes on with it. */
async function main(): Promise<void> {
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());
  const portico = new Portico(await connection(process.env));
  const workerId = `${hostname()}-${process.pid}`.slice(-80);
  const worker = createWorker(portico, { handlers, workerId, idleMs: 500, drainSeconds: 2, onEvent: log });
  console.log(`${workerId} waits for ${Object.keys(handlers).join(", ")}`);
  await worker.run(stop.signal);
  console.log("stopped");
}

function log(event: WorkerEvent): void {
  if (event.type === "started") return;
  if (event.type === "claimFailed") console.log(`no jobs: ${String(event.error)}`);
  else console.log(`${event.job.action} ${event.job.id}: ${event.type === "completed" ? "completed" : event.reason}`);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
