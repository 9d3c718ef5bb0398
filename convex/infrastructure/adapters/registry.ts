import { env } from "../../_generated/server";
import { generic } from "./generic";
import { mock } from "./mock";
import type { DockAdapter } from "./adapter";

/** The programs of this deployment that speak with providers, by the provider. */
const providerAdapters: Readonly<Record<string, DockAdapter>> = { generic, mock };

/** The program for a provider, where there is one; the mock is there where the operator has switched it on. */
export function adapterOf(provider: string): DockAdapter | undefined {
  if (provider === "mock" && env["ENABLE_MOCK_PROVIDER"] !== "true") return undefined;
  return Object.hasOwn(providerAdapters, provider) ? providerAdapters[provider] : undefined;
}
