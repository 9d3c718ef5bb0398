// The started product with its demo data, in a process of its own, for loads that try to stop it.
import { freePorts } from "../../scripts/lib/freePorts";
import { raisedLimits } from "../../scripts/portico/raisedLimits.testing";
import { startPortico } from "../../scripts/portico/startPortico";
import { serve } from "../serverProcess";

/** Where an attacked server is, and who its honest clients are. */
export interface AttackedSetup {
  readonly siteUrl: string;
  readonly cloudUrl: string;
  readonly memberToken: string;
  readonly viewerToken: string;
}

serve<{ readonly directory: string }>(async ({ directory }) => {
  const [cloudPort, sitePort] = await freePorts();
  const settings = { dataDirectory: directory, cloudPort, sitePort, seed: "demo", redactErrors: true } as const;
  const portico = await startPortico(settings, () => undefined, { passed: { ...raisedLimits, ...process.env } });
  const [organization] = portico.demo?.organizations ?? [];
  const { member, viewer } = organization?.users ?? {};
  if (!member || !viewer) throw new Error("The demo data has no member and no viewer.");
  const { siteUrl, cloudUrl } = portico;
  const setup: AttackedSetup = { siteUrl, cloudUrl, memberToken: member.token, viewerToken: viewer.token };
  return { setup, close: () => portico.close() };
});
