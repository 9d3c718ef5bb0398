// The started product, in a process of its own, with its audit trail sealed when it is asked to.
import { freePorts } from "../../scripts/lib/freePorts";
import { raisedLimits } from "../../scripts/portico/raisedLimits.testing";
import { startPortico } from "../../scripts/portico/startPortico";
import { serve } from "../serverProcess";

/** Where the server is. */
export interface TrailSetup {
  readonly siteUrl: string;
}

/** How old rows are that are sealed: above what a transaction takes here, and far below what the cron waits. */
const agedMs = 2000;

serve<{ readonly directory: string }, { readonly ask: "seal" }>(async ({ directory }) => {
  const [cloudPort, sitePort] = await freePorts();
  const settings = { dataDirectory: directory, cloudPort, sitePort, seed: "none", redactErrors: true } as const;
  const portico = await startPortico(settings, () => undefined, { passed: { ...raisedLimits, ...process.env } });
  return {
    setup: { siteUrl: portico.siteUrl } satisfies TrailSetup,
    close: () => portico.close(),
    answer: async () => {
      const outcome = await portico.deployment.call({
        type: "mutation",
        path: "observability/auditSealing:seal",
        argsText: JSON.stringify({ agedMs }),
        caller: { kind: "admin" },
        metadata: { requestId: "seal", ip: null, userAgent: null },
        allowInternal: true,
      });
      if (outcome.status === "error") throw new Error(`The trail was not sealed: ${outcome.errorMessage}`);
      return { rows: Number(JSON.parse(outcome.valueText)) };
    },
  };
});
