// Answers every request with the same schedule, at next to no cost. Run by bench/sections/sdk.ts.
import { listen, sendText } from "./baseline/http";
import { serve } from "./serverProcess";
import type { Setup } from "./setup";

const id = "k".repeat(32);
const schedule = JSON.stringify({
  id,
  organizationId: id,
  title: "Patch day",
  startDate: 1_768_469_400_000,
  endDate: 1_768_473_000_000,
  status: "draft",
});

serve<Pick<Setup, "apiKey" | "agentKeys">>(async (keys) => {
  const { url, closeConnections } = await listen((_request, response) => sendText(response, 200, schedule));
  return { setup: { ...keys, url, scheduleIds: [id] }, close: async () => closeConnections() };
});
