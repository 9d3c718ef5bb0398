import type { AuthConfig, AuthProvider } from "convex/server";

// Convex evaluates this module alone, when the functions are pushed; nothing but `process.env` exists here.
declare const process: { readonly env: Readonly<Record<string, string>> };

const configured = process.env["AUTH_PROVIDERS"] ?? "[]";

/** A JSON list; beside Convex's own fields an entry may name its `tenantClaim`, which Convex must not see. */
const providers: (AuthProvider & { tenantClaim?: string })[] = JSON.parse(configured);

export default {
  providers: providers.map(({ tenantClaim: _tenantClaim, ...provider }) => provider),
} satisfies AuthConfig;
