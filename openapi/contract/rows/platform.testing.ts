import { setTimeout as sleep } from "node:timers/promises";
import { send } from "../client.testing";
import { nextSample } from "../samples.testing";
import { uploadFile } from "../uploads.testing";
import type { RowMaker } from "./rowMaker.testing";
import type { World } from "../world.testing";

/** Of the twenty endpoints that an organization may have, these stay: cases that run beside each other use the newest. */
const keptEndpoints = 12;
const longestWaitMs = 60_000;

/** Makes sure that `acme` may have another endpoint, by deleting those that no case uses any more. */
export async function makeRoomForEndpoint({ portico, owner }: World): Promise<void> {
  const { body } = await send(portico, "GET", "/v1/webhook-endpoints?limit=100&sort=-created", owner);
  const endpoints: readonly { id: string }[] = Object(body).data;
  for (const { id } of endpoints.slice(keptEndpoints))
    await send(portico, "DELETE", `/v1/webhook-endpoints/${id}`, owner);
}

/** An endpoint of `acme` at an address that answers nothing. */
async function newEndpoint(world: World): Promise<{ id: string }> {
  await makeRoomForEndpoint(world);
  const url = `https://hooks.invalid-receiver.example/${nextSample()}`;
  const made = await send(world.portico, "POST", "/v1/webhook-endpoints", world.owner, { url, eventTypes: ["ping"] });
  if (made.status !== 201) throw new Error(`No webhook endpoint could be created: ${made.text}`);
  return { id: String(made.body["id"]) };
}

/** A delivery of a ping. */
async function newDelivery(world: World): Promise<{ id: string }> {
  const { id } = await newEndpoint(world);
  const tested = await send(world.portico, "POST", `/v1/webhook-endpoints/${id}/test`, world.owner, {});
  if (tested.status !== 202) throw new Error(`No webhook delivery could be made: ${tested.text}`);
  return { id: String(tested.body["id"]) };
}

/** A message of Clerk's about `acme` that could not be applied, since the tests' deployment does not know Clerk. */
async function failedEvent({ portico, acme, owner }: World): Promise<{ id: string }> {
  const current = await send(portico, "GET", `/v1/organizations/${acme.id}`, owner);
  const known = current.body["externalId"];
  const externalId = typeof known === "string" ? known : "org_of_contract";
  await send(portico, "PATCH", `/v1/organizations/${acme.id}`, owner, { externalId });
  const eventId = `msg_contract_${nextSample()}`;
  const message = {
    provider: "clerk",
    eventId,
    type: "organization.updated",
    payload: JSON.stringify({ id: externalId, name: "Acme", slug: acme.slug }),
    occurredAt: Date.now(),
  };
  await portico.deployment.call({
    type: "mutation",
    path: "platform/webhookEvents:receive",
    argsText: JSON.stringify(message),
    caller: { kind: "admin" },
    metadata: { requestId: eventId, ip: null, userAgent: null },
    allowInternal: true,
  });
  const endMs = Date.now() + longestWaitMs;
  while (Date.now() < endMs) {
    const { body } = await send(portico, "GET", "/v1/webhook-events?limit=100", owner);
    const events: readonly { id: string; eventId: string; status: string }[] = Object(body).data;
    const event = events.find((each) => each.eventId === eventId && each.status === "failed");
    if (event) return { id: event.id };
    await sleep(10);
  }
  throw new Error("The message was not worked on.");
}

export const platformRows = {
  webhookEndpoints: newEndpoint,
  webhookDeliveries: newDelivery,
  webhookEvents: failedEvent,
  files: async ({ portico, owner }) => ({ id: (await uploadFile(portico, owner, "other")).id }),
} satisfies Record<string, RowMaker>;
