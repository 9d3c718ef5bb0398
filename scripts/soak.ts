import { soak } from "../sdk/test/soak";
import { commandLine } from "./lib/commandLine";

/** Three minutes of a fleet of agents with a tenth of the usual interval; `sdk/test/soak.test.ts` is the same for a dozen seconds. */
commandLine({
  usage: `Usage: npm run soak
Lets 1,000 device agents of the SDK check in for three minutes over a network that loses a tenth of the requests, at a server that
is killed twice; fails when a check-in that was acknowledged is missing, or one is there twice.`,
});

const { missing, twice, peakOverMean, ...counts } = await soak({
  agents: 1_000,
  seconds: 180,
  intervalSeconds: 30,
  outages: [
    { atSeconds: 40, forSeconds: 15 },
    { atSeconds: 100, forSeconds: 20 },
  ],
  lossShare: 0.1,
});
console.table({
  ...counts,
  missing: missing.length,
  twice: twice.length,
  peakOverMean: Number(peakOverMean.toFixed(2)),
});
process.exitCode = missing.length + twice.length + counts.silent === 0 ? 0 : 1;
