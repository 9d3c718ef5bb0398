import { send } from "../client.testing";
import { nextSample } from "../samples.testing";
import type { RowMaker } from "./rowMaker.testing";

export const observabilityRows = {
  // One that is not healthy, so that a reset has something to do.
  healthChecks: async ({ portico, owner }) => {
    const report = { resourceType: "custom", resourceId: `probe ${nextSample()}`, outcome: "failure" };
    const recorded = await send(portico, "POST", "/v1/health-checks/record", owner, report);
    if (recorded.status !== 200) throw new Error(`No health could be recorded: ${recorded.text}`);
    return { id: String(recorded.body["id"]) };
  },
} satisfies Record<string, RowMaker>;
