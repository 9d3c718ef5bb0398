// The started product on a store with an organization in it, and a founder who is a platform administrator besides.
import { freePorts } from "../../scripts/lib/freePorts";
import { raisedLimits } from "../../scripts/portico/raisedLimits.testing";
import { startPortico } from "../../scripts/portico/startPortico";
import { serve } from "../serverProcess";

/** Where the server is, and who may found an organization and name an integration there. */
export interface EntitySetup {
  readonly siteUrl: string;
  readonly cloudUrl: string;
  readonly founderToken: string;
}

serve<{ readonly directory: string }>(async ({ directory }) => {
  const [cloudPort, sitePort] = await freePorts();
  const settings = { dataDirectory: directory, cloudPort, sitePort, seed: "none", redactErrors: true } as const;
  const portico = await startPortico(settings, () => undefined, { passed: { ...raisedLimits, ...process.env } });
  const claims = { sub: "founder", email: "founder@bench.example", email_verified: true, name: "Founder" };
  const setup: EntitySetup = {
    siteUrl: portico.siteUrl,
    cloudUrl: portico.cloudUrl,
    founderToken: await portico.issuer.mintUserToken(claims, 3600),
  };
  return { setup, close: () => portico.close() };
});
