import { isJsonObject, parseJsonObject } from "../json";
import type { ConvexJson, ConvexJsonObject } from "../values/convexJson";
import { compileValidator } from "../values/validator";
import type { CompiledValidator } from "../values/validator";
import type { ValidatorJson } from "../values/validatorJson";
import { BundleError } from "./entryPoints";
import { evaluateDefaultExport } from "./evaluateConfig";
import { withRemedy } from "./pushRules";

/** One environment variable of a component: a text, or a variable of the component that installs it. */
export type EnvironmentBinding =
  | { readonly name: string; readonly kind: "value"; readonly value: string }
  | { readonly name: string; readonly kind: "reference"; readonly parentName: string };

/** An environment variable that a component declares. */
export interface DeclaredVariable {
  readonly isOptional: boolean;
  /** The only texts it accepts; null for any. */
  readonly texts: readonly string[] | null;
  /** What a text must match: strings, literals and unions of them. */
  readonly check: CompiledValidator;
}

/** What `defineApp` or `defineComponent` says of itself, as far as the host uses it. */
export interface DefinitionAnalysis {
  /** The name under which `use()` installs the component; empty for an app. */
  readonly name: string;
  readonly httpPrefix: string | null;
  readonly childComponents: readonly {
    readonly name: string;
    readonly path: string;
    readonly env: readonly EnvironmentBinding[];
  }[];
  /** Names of child components by the prefix that their HTTP actions answer under. */
  readonly httpMounts: ReadonlyMap<string, string>;
  readonly environmentVariables: ReadonlyMap<string, DeclaredVariable>;
}

/**
 * Evaluates a bundled `convex.config.ts` and reads its `export()`.
 *
 * @throws {BundleError} when the default export is not made by `defineApp()` (the app) or `defineComponent(…)`
 */
export function evaluateComponentDefinition(source: string, file: string, isApp: boolean): DefinitionAnalysis {
  const definition = evaluateDefaultExport(source, file, { env: {} });
  const made = isApp ? "defineApp()" : "defineComponent(…)";
  const refusal = new BundleError(
    withRemedy("componentDefinition", `${file} must have a default export made by ${made}.`),
  );
  if (typeof definition !== "object" || definition === null || !("export" in definition)) throw refusal;
  if (typeof definition.export !== "function") throw refusal;
  const exported = parseJsonObject(JSON.stringify(definition.export()));
  const type = isJsonObject(exported["definitionType"]) ? exported["definitionType"]["type"] : undefined;
  if (type !== (isApp ? "app" : "childComponent")) throw refusal;
  const httpMounts = isJsonObject(exported["httpMounts"]) ? exported["httpMounts"] : {};
  return {
    name: isApp ? "" : textOf(exported["name"]),
    httpPrefix: typeof exported["httpPrefix"] === "string" ? exported["httpPrefix"] : null,
    childComponents: objectsOf(exported["childComponents"]).map((child) => ({
      name: textOf(child["name"]),
      path: textOf(child["path"]),
      env: pairsOf(child["env"]).map(readBinding),
    })),
    httpMounts: new Map(
      Object.entries(httpMounts).map(([prefix, reference]) => [prefix, textOf(reference).split("/").at(-1) ?? ""]),
    ),
    environmentVariables: new Map(
      pairsOf(exported["envVars"]).map(([name, variable]) => [name, declaredVariable(name, variable, file)]),
    ),
  };
}

function readBinding([name, binding]: readonly [string, ConvexJsonObject]): EnvironmentBinding {
  return binding["type"] === "envVar"
    ? { name, kind: "reference", parentName: textOf(binding["name"]) }
    : { name, kind: "value", value: textOf(binding["value"]) };
}

function declaredVariable(name: string, variable: ConvexJsonObject, file: string): DeclaredVariable {
  const validator = readValidator(variable);
  const texts = textsOf(validator);
  if (texts === undefined)
    throw new BundleError(
      withRemedy(
        "componentVariable",
        `Env var \`${name}\` of ${file} has a non-string validator. Component env vars must be declared with \`v.string()\`, \`v.literal("...")\`, or a union of those.`,
      ),
    );
  return { isOptional: variable["optional"] === true, texts, check: compileValidator(validator, () => null) };
}

/** The texts that a validator takes; null for any, undefined when it takes something else. */
function textsOf(validator: ValidatorJson): readonly string[] | null | undefined {
  if (validator.type === "string") return null;
  if (validator.type === "literal") return typeof validator.value === "string" ? [validator.value] : undefined;
  if (validator.type !== "union") return undefined;
  const members = validator.value.map(textsOf);
  if (members.includes(undefined)) return undefined;
  return members.includes(null) ? null : members.flatMap((texts) => texts ?? []);
}

/** convex/server wrote the validator's JSON text. */
function readValidator(variable: ConvexJsonObject): ValidatorJson {
  return JSON.parse(textOf(variable["value"])) as ValidatorJson;
}

function textOf(value: ConvexJson | undefined): string {
  return typeof value === "string" ? value : "";
}

function objectsOf(value: ConvexJson | undefined): readonly ConvexJsonObject[] {
  return Array.isArray(value) ? value.filter((item) => isJsonObject(item)) : [];
}

/** The entries of what convex/server writes as `[[name, {…}], …]`. */
function pairsOf(value: ConvexJson | undefined): readonly (readonly [string, ConvexJsonObject])[] {
  return (Array.isArray(value) ? value : []).flatMap((pair) =>
    Array.isArray(pair) && isJsonObject(pair[1]) ? [[textOf(pair[0]), pair[1]] as const] : [],
  );
}
