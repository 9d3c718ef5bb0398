import type { AuthConfig, AuthProvider } from "convex/server";

/** `AUTH_PROVIDERS` is a JSON list; beside Convex's own fields an entry may name its `tenantClaim`, which Convex must not see. */
const providers: (AuthProvider & { tenantClaim?: string })[] = JSON.parse(process.env.AUTH_PROVIDERS ?? "[]");

export default {
  providers: providers.map(({ tenantClaim: _, ...provider }) => provider),
} satisfies AuthConfig;
