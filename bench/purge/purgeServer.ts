// The started product on a store with an organization to purge, in a process of its own that can be killed.
import { freePorts } from "../../scripts/lib/freePorts";
import { raisedLimits } from "../../scripts/portico/raisedLimits.testing";
import { startPortico } from "../../scripts/portico/startPortico";
import { serve } from "../serverProcess";

/** Where the server is, and who may ask it whether the name of the purged organization is free. */
export interface PurgeSetup {
  readonly siteUrl: string;
  readonly founderToken: string;
}

serve<{ readonly directory: string }, { readonly ask: "purge" }>(async ({ directory }) => {
  const [cloudPort, sitePort] = await freePorts();
  const settings = { dataDirectory: directory, cloudPort, sitePort, seed: "none", redactErrors: true } as const;
  const portico = await startPortico(settings, () => undefined, { passed: { ...raisedLimits, ...process.env } });
  const claims = { sub: "founder", email: "founder@bench.example", email_verified: true, name: "Founder" };
  const setup: PurgeSetup = {
    siteUrl: portico.siteUrl,
    founderToken: await portico.issuer.mintUserToken(claims, 3600),
  };
  return {
    setup,
    close: () => portico.close(),
    answer: async () => {
      const outcome = await portico.deployment.call({
        type: "mutation",
        path: "tenancy/purging:purgeDue",
        argsText: "{}",
        caller: { kind: "admin" },
        metadata: { requestId: "purge", ip: null, userAgent: null },
        allowInternal: true,
      });
      if (outcome.status === "error") throw new Error(`The purge did not begin: ${outcome.errorMessage}`);
      return {};
    },
  };
});
