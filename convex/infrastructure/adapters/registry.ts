import { env } from "../../_generated/server";
import { cloudflare } from "./cloudflare";
import { digitalocean } from "./digitalocean";
import { generic } from "./generic";
import { gridpane } from "./gridpane";
import { mock } from "./mock";
import { vercel } from "./vercel";
import type { DockAdapter } from "./adapter";

/** The programs of this deployment that speak with providers: a provider more is a file and a line here. */
export const dockAdapters: DockAdapter[] = [cloudflare, digitalocean, generic, gridpane, mock, vercel];

/** Those that can be used: the mock where the operator has switched it on. */
export function activeAdapters(): readonly DockAdapter[] {
  return dockAdapters.filter(({ provider }) => provider !== "mock" || env["ENABLE_MOCK_PROVIDER"] === "true");
}

/** The program for a provider, where there is one that can be used. */
export function adapterOf(provider: string): DockAdapter | undefined {
  return activeAdapters().find((adapter) => adapter.provider === provider);
}
