import { once } from "node:events";
import { expect, it } from "vitest";
import { openRaw } from "./rawClient.testing";
import { api, startSyncHost, watch } from "./syncHost.testing";

it("waits for a client that does not read, sends it the newest state only, and serves others meanwhile", async () => {
  const host = await startSyncHost();
  const slow = await openRaw(host.server.cloudUrl);
  slow.send({
    type: "ModifyQuerySet",
    baseVersion: 0,
    newVersion: 1,
    modifications: [{ type: "Add", queryId: 0, udfPath: "live:labelsOf", args: [{ tenant: "big" }] }],
  });
  await slow.next("Transition");
  slow.socket.pause();
  const writer = host.client();
  const watched = watch(writer, api.agentCount, {});
  const label = "x".repeat(700_000);
  const rounds = 30;
  for (let checkIns = 1; checkIns <= rounds; checkIns++)
    await writer.mutation(api.addAgent, { tenant: "big", checkIns, label: label + checkIns });
  expect(watched.values.at(-1)).toBe(rounds);
  let received = 0;
  slow.socket.on("message", () => received++);
  slow.socket.resume();
  // The last label of the newest state.
  const newest = `x${rounds}"]`;
  while (!JSON.stringify((await slow.next("Transition"))["modifications"]).includes(newest));
  // The socket's own buffers hold a few transitions; the rest was never made.
  expect(received).toBeLessThan(rounds / 2);
  slow.socket.close();
  await once(slow.socket, "close");
});
