import { send } from "../client.testing";
import { nextSample } from "../samples.testing";
import type { RowMaker } from "./rowMaker.testing";
import type { World } from "../world.testing";

/** The key of `acme` that carries the scope alone. */
function keyOf({ narrowKeys }: World, scope: string): string {
  const found = narrowKeys.find((each) => each.scope === scope);
  if (!found) throw new Error(`The world has no key for ${scope}.`);
  return found.key;
}

/** A job of an action of its own, so that nobody else claims it. */
export async function newJob({ portico, owner }: World): Promise<{ id: string; action: string }> {
  const action = `x.sample${nextSample()}`;
  const made = await send(portico, "POST", "/v1/scheduled-jobs", owner, { action });
  if (made.status !== 201) throw new Error(`No job could be created: ${made.text}`);
  return { id: String(made.body["id"]), action };
}

/** A job in the hands of a worker, with what shows that it is. */
export const claimedJob: RowMaker = async (world) => {
  const { id, action } = await newJob(world);
  const body = { workerId: "contract", actions: [action] };
  const claimed = await send(world.portico, "POST", "/v1/scheduled-jobs/claim", keyOf(world, "job:claim"), body);
  const jobs: readonly { lockToken: string }[] = Object(claimed.body).jobs;
  if (!jobs[0]) throw new Error(`The job could not be claimed: ${claimed.text}`);
  return { id, inputs: { lockToken: jobs[0].lockToken } };
};

/** A job that has failed for good. */
export async function failedJob(world: World): Promise<{ id: string }> {
  const { id, inputs } = await claimedJob(world);
  const body = { ...inputs, error: "No.", retryable: false };
  const failed = await send(world.portico, "POST", `/v1/scheduled-jobs/${id}/fail`, keyOf(world, "job:claim"), body);
  if (failed.status !== 200) throw new Error(`The job could not fail: ${failed.text}`);
  return { id };
}

/** An event of a type of its own in the hands of a processor. */
export const claimedEvent: RowMaker = async (world) => {
  const { portico, owner } = world;
  const eventType = `sample.${nextSample()}`;
  const made = await send(portico, "POST", "/v1/event-logs", owner, { eventType });
  const path = "/v1/event-logs/claim";
  const claimed = await send(portico, "POST", path, keyOf(world, "eventLog:process"), { eventTypes: [eventType] });
  const events: readonly { lockToken: string }[] = Object(claimed.body).events;
  if (!events[0]) throw new Error(`The event could not be claimed: ${claimed.text}`);
  return { id: String(made.body["id"]), inputs: { lockToken: events[0].lockToken } };
};

/** An event whose processing has failed. */
export async function failedEvent(world: World): Promise<{ id: string }> {
  const { id, inputs } = await claimedEvent(world);
  const body = { ...inputs, error: "No." };
  const path = `/v1/event-logs/${id}/fail`;
  const failed = await send(world.portico, "POST", path, keyOf(world, "eventLog:process"), body);
  if (failed.status !== 200) throw new Error(`The event could not fail: ${failed.text}`);
  return { id };
}

/** A run of a source that is somebody's own. */
async function newRun({ portico, acme }: World): Promise<{ id: string }> {
  const subject = { sourceType: "dataSource", sourceId: `source-${nextSample()}`, type: "tickets" };
  const opened = await portico.deployment.call({
    type: "mutation",
    path: "jobs/runReports:open",
    argsText: JSON.stringify({ organizationId: acme.id, ...subject, trigger: "manual" }),
    caller: { kind: "admin" },
    metadata: { requestId: subject.sourceId, ip: null, userAgent: null },
    allowInternal: true,
  });
  if (opened.status === "error") throw new Error(`No run could be opened: ${opened.errorMessage}`);
  const id: unknown = JSON.parse(opened.valueText);
  return { id: String(id) };
}

export const jobRows = {
  scheduledJobs: claimedJob,
  eventLogs: claimedEvent,
  syncHistory: newRun,
} satisfies Record<string, RowMaker>;
