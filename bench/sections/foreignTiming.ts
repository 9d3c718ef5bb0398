import { arrange, nameOf } from "../../openapi/contract/arrangements.testing";
import { sendOperation } from "../../openapi/contract/client.testing";
import { textOf } from "../../openapi/contract/answerAudit.testing";
import { createWorld, unknownLike } from "../../openapi/contract/world.testing";
import { registry } from "../../openapi/registry";
import { freeSettings } from "../../scripts/portico/testPortico.testing";
import { raisedLimits } from "../../scripts/portico/raisedLimits.testing";
import { startPortico } from "../../scripts/portico/startPortico";
import { separationOf } from "../rankTest";
import { rounded, withProgress } from "../report";
import { inScratchDirectory } from "../scratch";
import type { Operation } from "../../convex/core/operations/declaration";
import type { World } from "../../openapi/contract/world.testing";
import type { Options } from "../options";
import type { Row, Section } from "../report";

const samplesPerRound = 100;
const warmUpSamples = 20;
const barRatio = 1.1;
const barDeviations = 3;

/**
 * Whether the time of a 404 tells another organization's row from none: every operation that names a row in its path, asked
 * by the owner of another organization for a row that is there and for one that is not, in random order.
 */
export function foreignTimingSection({ requests, rounds }: Options): Promise<Section> {
  return inScratchDirectory(async (directory) => {
    const portico = await startPortico(await freeSettings(directory), () => undefined, {
      passed: { ...raisedLimits, ...process.env },
    });
    try {
      const { demo } = portico;
      if (!demo) throw new Error("A new data directory was not seeded.");
      const world = await createWorld({ ...portico, demo, dataDirectory: directory, logLines: [], textOf });
      const rows: Row[] = [];
      for (const operation of registry) {
        const name = nameOf(operation);
        const { on, access } = operation.declaration;
        // What platform administrators alone may do is refused before any row is looked for.
        if (!on || access === "platform" || (requests.length > 0 && !requests.includes(name))) continue;
        rows.push(await withProgress(name, () => rowOf(world, operation, rounds * samplesPerRound)));
      }
      const ratios = rows.map((row) => Number(row["foreign / missing"])).sort((one, other) => one - other);
      const pooled = rows.reduce((sum, row) => sum + Number(row["deviations"]), 0) / Math.sqrt(rows.length);
      return {
        title: "Time of a 404 for another organization's row beside that for none",
        rows,
        notes: [
          `Ratio of medians of ${rounds * samplesPerRound} requests each: median ${ratios[Math.floor(ratios.length / 2)]}, from ${ratios[0]} to ${ratios.at(-1)}.`,
          `All operations together: ${pooled.toFixed(1)} deviations, where a difference too small to see in one adds up.`,
          `Deviations: how far the rank sum (Mann and Whitney) is from that of samples of one distribution; within ${barDeviations} either way is chance.`,
        ],
      };
    } finally {
      await portico.close();
    }
  });
}

async function rowOf(world: World, operation: Operation, sampleCount: number): Promise<Row> {
  const idParameter = operation.declaration.on?.idParameter ?? "";
  const foreign = await arrange(world, operation);
  const id = foreign.params?.[idParameter] ?? "";
  const missing = { ...foreign, params: { ...foreign.params, [idParameter]: unknownLike(id) } };
  const timesMs = { foreign: new Array<number>(), missing: new Array<number>() };
  for (let sample = 0; sample < sampleCount + warmUpSamples; sample++) {
    const pair = [["foreign", foreign] as const, ["missing", missing] as const];
    // Whichever is first warms what the other one finds warm.
    for (const [kind, arranged] of Math.random() < 0.5 ? pair : pair.toReversed()) {
      const startMs = performance.now();
      const { status, text } = await sendOperation(world.portico, operation, arranged, world.foreignOwner);
      const timeMs = performance.now() - startMs;
      if (status !== 404) throw new Error(`${nameOf(operation)} answered a stranger ${status}: ${text}`);
      if (sample >= warmUpSamples) timesMs[kind].push(timeMs);
    }
  }
  const { medianRatio, deviations } = separationOf(timesMs.foreign, timesMs.missing);
  return {
    operation: nameOf(operation),
    "foreign / missing": rounded(medianRatio),
    deviations: Number(deviations.toFixed(1)),
    // A busy machine moves medians, and many samples show differences too small to use: it takes both to tell.
    holds: Math.abs(deviations) < barDeviations || Math.abs(Math.log(medianRatio)) < Math.log(barRatio) ? "yes" : "no",
  };
}
