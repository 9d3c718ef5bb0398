import { cronJobs, makeFunctionReference } from "convex/server";

const crons = cronJobs();

crons.interval(
  "mark offline agents",
  { minutes: 1 },
  makeFunctionReference<"mutation">("sites/offlineAgents:mark"),
  {},
);

export default crons;
