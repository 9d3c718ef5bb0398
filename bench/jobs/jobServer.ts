// The started product in a process of its own that can be killed.
import { freePorts } from "../../scripts/lib/freePorts";
import { raisedLimits } from "../../scripts/portico/raisedLimits.testing";
import { startPortico } from "../../scripts/portico/startPortico";
import { serve } from "../serverProcess";

/** Where the server is, and the token of a person who may make organizations. */
export interface JobSetup {
  readonly siteUrl: string;
  readonly founderToken: string;
}

serve<{ readonly directory: string }>(async ({ directory: dataDirectory }) => {
  const [cloudPort, sitePort] = await freePorts();
  const settings = { seed: "none", redactErrors: true, dataDirectory, cloudPort, sitePort } as const;
  const portico = await startPortico(settings, () => undefined, { passed: { ...raisedLimits, ...process.env } });
  const claims = { sub: "founder", email: "founder@bench.example", email_verified: true, name: "Founder" };
  const setup: JobSetup = {
    siteUrl: portico.siteUrl,
    founderToken: await portico.issuer.mintUserToken(claims, 3600),
  };
  return { setup, close: () => portico.close() };
});
