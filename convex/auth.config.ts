import { identityProviders } from "./core/wire/identityProviders";
import type { AuthConfig } from "convex/server";

// Convex evaluates this module alone, when the functions are pushed; nothing but `process.env` exists here.
declare const process: { readonly env: Readonly<Record<string, string>> };

/** A JSON list: entries with a preset, as `docs/identity.md` has them, and entries with Convex's own fields. */
const configured = process.env["AUTH_PROVIDERS"];

export default {
  providers: identityProviders(configured).map(({ provider }) => provider),
} satisfies AuthConfig;
