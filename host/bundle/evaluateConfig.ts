import { compileFunction } from "node:vm";
import type { AuthProvider } from "../deployment";
import { isJsonObject, parseJson, parseJsonObject } from "../json";
import type { ConvexJsonObject } from "../values/convexJson";
import { BundleError } from "./entryPoints";
import { withRemedy } from "./pushRules";

/** Runs bundled CommonJS text with only the given globals and returns its default export. */
export function evaluateDefaultExport(
  source: string,
  filename: string,
  process: unknown,
  require?: (name: string) => unknown,
): unknown {
  const module: { exports: { default?: unknown } } = { exports: {} };
  compileFunction(source, ["module", "exports", "process", "require", "Buffer"], { filename })(
    module,
    module.exports,
    process,
    require,
  );
  return module.exports.default;
}

/**
 * Evaluates `schema.ts`.
 *
 * @returns the JSON text of `schema.export()`, or null when there is no schema
 * @throws {BundleError} when the file does not export `defineSchema(…)`
 */
export function evaluateSchema(source: string | null): string | null {
  if (source === null) return null;
  return evaluatedSchemaText(evaluateDefaultExport(source, "schema.js", { env: {} }));
}

/** The JSON text of a `defineSchema(…)`. @throws {BundleError} for anything else */
export function evaluatedSchemaText(schema: unknown): string {
  if (typeof schema === "object" && schema !== null && "export" in schema && typeof schema.export === "function") {
    const text: unknown = schema.export();
    if (typeof text === "string") return text;
  }
  throw new BundleError(withRemedy("schemaExport", "schema.ts must have a default export made by defineSchema(…)."));
}

/**
 * Evaluates `auth.config.ts` with the deployment's variables. Values are frozen until the next evaluation.
 *
 * @throws {BundleError} code `AuthConfigMissingEnvironmentVariable` when a variable that the file reads is not set, and
 * with what the file itself throws
 */
export function evaluateAuthConfig(
  source: string | null,
  environmentVariables: Readonly<Record<string, string>>,
): readonly AuthProvider[] {
  if (source === null) return [];
  const env = new Proxy(
    {},
    {
      get(_target, name) {
        if (typeof name !== "string") return undefined;
        const value = Object.hasOwn(environmentVariables, name) ? environmentVariables[name] : undefined;
        if (value === undefined)
          throw new BundleError(
            withRemedy(
              "authVariable",
              `AuthConfigMissingEnvironmentVariable: Environment variable ${name} is used in auth config file but its value was not set.`,
            ),
          );
        return value;
      },
    },
  );
  const config = evaluatedConfig(source, { env });
  const providers = parseJsonObject(JSON.stringify(config ?? {}))["providers"];
  if (!Array.isArray(providers)) throw providerRefusal("auth.config.ts must export { providers: […] }.");
  return providers.map(parseJsonProvider);
}

/** What the file throws is the push's refusal, in its own words. */
function evaluatedConfig(source: string, process: unknown): unknown {
  try {
    return evaluateDefaultExport(source, "auth.config.js", process);
  } catch (cause) {
    if (cause instanceof BundleError) throw cause;
    const text = cause instanceof Error ? cause.message : String(cause);
    throw new BundleError(`auth.config.ts does not evaluate: ${text}`, { cause });
  }
}

function parseJsonProvider(provider: unknown): AuthProvider {
  const value = parseJson(JSON.stringify(provider));
  if (!isJsonObject(value)) throw providerRefusal("auth.config.ts has a provider that is not an object.");
  if (value["type"] === "customJwt") {
    const algorithm = requireText(value, "algorithm");
    if (algorithm !== "RS256" && algorithm !== "ES256")
      throw providerRefusal(`auth.config.ts: a customJwt provider's algorithm is RS256 or ES256, not ${algorithm}.`);
    const customJwt = {
      type: "customJwt",
      issuer: requireIssuer(value, "issuer"),
      jwks: requireText(value, "jwks"),
      algorithm,
    } as const;
    return value["applicationID"] === undefined
      ? customJwt
      : { ...customJwt, applicationID: requireText(value, "applicationID") };
  }
  return { type: "oidc", domain: requireIssuer(value, "domain"), applicationID: requireText(value, "applicationID") };
}

function requireText(provider: ConvexJsonObject, field: string): string {
  const value = provider[field];
  if (typeof value === "string") return value;
  throw providerRefusal(`auth.config.ts has a provider whose ${field} is not a string.`);
}

/** Convex reads a name without a scheme as https. */
function requireIssuer(provider: ConvexJsonObject, field: string): string {
  const text = requireText(provider, field);
  const url = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `https://${text}`;
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    throw providerRefusal(`auth.config.ts: Invalid provider domain URL "${text}".`);
  return text;
}

function providerRefusal(text: string): BundleError {
  return new BundleError(withRemedy("authProviders", text));
}
