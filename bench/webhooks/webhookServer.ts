// The started product in a process of its own that can be killed, allowed to send webhooks to this machine.
import { freePorts } from "../../scripts/lib/freePorts";
import { startPortico } from "../../scripts/portico/startPortico";
import { serve } from "../serverProcess";

/** Where the server is, and the token of a person who may make organizations. */
export interface WebhookSetup {
  readonly siteUrl: string;
  readonly founderToken: string;
}

serve<{ readonly directory: string; readonly loopbackOrigins: readonly string[] }>(async (order) => {
  const { directory: dataDirectory, loopbackOrigins } = order;
  const [cloudPort, sitePort] = await freePorts();
  const common = { seed: "none", redactErrors: true } as const;
  const settings = { ...common, dataDirectory, cloudPort, sitePort, loopbackOrigins };
  const portico = await startPortico(settings, () => undefined);
  const claims = { sub: "founder", email: "founder@bench.example", email_verified: true, name: "Founder" };
  const setup: WebhookSetup = {
    siteUrl: portico.siteUrl,
    founderToken: await portico.issuer.mintUserToken(claims, 3600),
  };
  return { setup, close: () => portico.close() };
});
