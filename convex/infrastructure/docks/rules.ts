import * as z from "zod";
import { ProblemError } from "../../core/wire/errors";
import { described } from "../../core/schema/fields";
import type { DockAdapter } from "../adapters/adapter";
import type { ProblemCode } from "../../core/wire/problems";
import type { Doc } from "../../_generated/dataModel";

/** Below this no provider's key is one, and what ends it would tell too much of it. */
const shortestKey = 16;
const longestKey = 4096;

/**
 * The key of a provider: it goes into a header as it is, so that nothing but visible ASCII is one. It is not trimmed: a key that was
 * changed in silence fails later, elsewhere.
 */
export function apiKeyInput() {
  return described(
    z
      .string()
      .min(shortestKey)
      .max(longestKey)
      .regex(/^[!-~]*$/, "A key is visible ASCII: no spaces, no line ends."),
    "The provider's key: stored encrypted, shown to nobody but for its last four characters.",
    "mock_acme_correct-horse-battery-staple",
    "mock_acme_correct-horse-battery-staples",
  );
}

/** What adapters say of the docks of their provider. */
type ProviderRules = Pick<DockAdapter, "label" | "baseUrlAllowed" | "minimumIntervalSeconds">;

/**
 * Refuses a dock that its provider does not take.
 * @throws {ProblemError} 422 with a pointer
 */
export function assertConfig(
  rules: ProviderRules | undefined,
  { provider, baseUrl, syncConfig }: Pick<Doc<"docks">, "provider" | "baseUrl" | "syncConfig">,
): void {
  if (!rules)
    throw refused(
      "unknown_provider",
      "/provider",
      `${provider} is no provider here; \`GET /v1/providers\` lists them.`,
    );
  const { label, baseUrlAllowed, minimumIntervalSeconds: least } = rules;
  if (baseUrlAllowed !== (baseUrl !== undefined))
    throw baseUrlAllowed
      ? refused("base_url_required", "/baseUrl", `${label} needs the address of what it asks.`)
      : refused("base_url_not_allowed", "/baseUrl", `The address of ${label} is known: it takes no other.`);
  if (syncConfig.intervalSeconds < least)
    throw refused(
      "sync_interval_too_short",
      "/syncConfig/intervalSeconds",
      `${label} takes one sync in ${least} seconds at most.`,
    );
}

function refused(code: ProblemCode, pointer: string, message: string): ProblemError {
  return new ProblemError(code, message, [{ pointer, code, message }]);
}

/** What a provider says of how many requests it allows. */
export type RateLimits = {
  readonly remaining?: number | undefined;
  readonly limit?: number | undefined;
  readonly resetAt?: number | undefined;
};

/** What came of asking a provider about a key. Types, as what actions hand to mutations is. */
export type KeyProof = {
  readonly outcome:
    | { readonly kind: "proved"; readonly accountId?: string; readonly rateLimit?: RateLimits }
    | { readonly kind: "refused"; readonly message: string }
    /** It could not be asked: it is away, or wants to be left alone. */
    | { readonly kind: "unproved"; readonly message: string };
  readonly latencyMs: number;
  /** Of the key that was tried; absent where it could not be made. */
  readonly keyFingerprint?: string;
};

/** What a consultation found, in the mutation behind it; undefined where nobody was asked. */
export function proofFound(prepared: unknown): KeyProof | undefined {
  return isProof(prepared) ? prepared : undefined;
}

function isProof(prepared: unknown): prepared is KeyProof {
  return typeof prepared === "object" && prepared !== null && "outcome" in prepared && "latencyMs" in prepared;
}

/**
 * Refuses a new key of another account than the dock's, and one that cannot be shown to be of it.
 * @throws {ProblemError} 409 `account_mismatch`, 422 `api_key_refused`, 503 `provider_unavailable`
 */
export function assertSameAccount(
  { providerAccountId }: Pick<Doc<"docks">, "providerAccountId">,
  { outcome }: KeyProof,
): void {
  if (outcome.kind === "refused") throw refused("api_key_refused", "/apiKey", outcome.message);
  // Nothing was synced yet that could be taken for gone.
  if (providerAccountId === undefined) return;
  if (outcome.kind === "unproved") throw new ProblemError("provider_unavailable", outcome.message);
  if (outcome.accountId !== providerAccountId)
    throw refused("account_mismatch", "/apiKey", "The key is of another account than the one that was synced.");
}

/** When the provider may be asked by a key, as a dock has it. */
interface KeyLimits {
  readonly rateLimitRemaining?: number | undefined;
  readonly rateLimitResetAt?: number | undefined;
}

/** Until when the provider wants to be left alone, where it does. */
export function limitedUntil({ rateLimitRemaining, rateLimitResetAt }: KeyLimits, now: number): number | undefined {
  return rateLimitRemaining === 0 && rateLimitResetAt !== undefined && rateLimitResetAt > now
    ? rateLimitResetAt
    : undefined;
}

/** What a dock keeps of what its provider allows. */
export function rateLimitFields({ remaining, limit, resetAt }: RateLimits) {
  return { rateLimitRemaining: remaining, rateLimitLimit: limit, rateLimitResetAt: resetAt };
}
