import { Buffer } from "node:buffer";
import { transform } from "esbuild";
import type { JsonValue } from "../deployment";
import { isJsonObject, parseJson, textField } from "../json";
import type { ConvexJsonObject } from "../values/convexJson";
import { BundleError } from "./entryPoints";
import { evaluateDefaultExport } from "./evaluateConfig";

const rootPath = "";

/**
 * Answers the official CLI's `start_push` as far as code generation needs it: every component definition is evaluated, so
 * that `components` and `env` come out typed. Nothing is stored or deployed.
 *
 * @param push the request's `appDefinition` and `componentDefinitions`, bundled by the CLI
 * @throws {BundleError} when a definition does not evaluate
 */
export async function analyzePush(push: ConvexJsonObject): Promise<ConvexJsonObject> {
  const app = isJsonObject(push["appDefinition"]) ? push["appDefinition"] : {};
  const components = Array.isArray(push["componentDefinitions"]) ? push["componentDefinitions"] : [];
  const sources = new Map<string, string>();
  if (isJsonObject(app["definition"])) sources.set(rootPath, await commonJsOf(app["definition"]));
  for (const component of components) {
    if (!isJsonObject(component)) throw new BundleError("A component definition is not an object.");
    sources.set(textField(component, "definitionPath"), await commonJsOf(component["definition"]));
  }
  const definitions = new Definitions(sources);
  const paths = [rootPath, ...[...sources.keys()].filter((path) => path !== rootPath)];
  return {
    environmentVariables: {},
    externalDepsId: null,
    componentDefinitionPackages: {},
    appAuth: [],
    analysis: Object.fromEntries(paths.map((path) => [path, analyzed(definitions.at(path))])),
    app: {
      definitionPath: rootPath,
      componentPath: rootPath,
      args: {},
      childComponents: {},
      httpRoutes: { httpModuleRoutes: null, mounts: [] },
      exports: {},
    },
    schemaChange: { allocatedComponentIds: {}, schemaIds: {} },
  };
}

async function commonJsOf(module: JsonValue | undefined): Promise<string> {
  if (!isJsonObject(module)) throw new BundleError("A component definition has no source.");
  return (await transform(textField(module, "source"), { format: "cjs", loader: "js" })).code;
}

const emptyApp: ConvexJsonObject = {
  path: rootPath,
  definitionType: { type: "app" },
  childComponents: [],
  httpMounts: {},
  exports: { type: "branch", branch: [] },
};

/** The component definitions of one push, each evaluated when it is first needed. */
class Definitions {
  readonly #sources: ReadonlyMap<string, string>;
  readonly #evaluated = new Map<string, ConvexJsonObject>();

  constructor(sources: ReadonlyMap<string, string>) {
    this.#sources = sources;
  }

  /** What `defineApp()` or `defineComponent()` of that path exports. */
  at(path: string): ConvexJsonObject {
    const known = this.#evaluated.get(path);
    if (known !== undefined) return known;
    const source = this.#sources.get(path);
    if (source === undefined) {
      if (path === rootPath) return emptyApp;
      throw new BundleError(`The definition of component "${path}" is missing.`);
    }
    const definition = evaluateDefaultExport(source, "convex.config.js", { env: {} }, (name) => this.#imported(name));
    const exported = { ...exportOf(definition), path };
    this.#evaluated.set(path, exported);
    return exported;
  }

  /** The CLI replaces each import of a component by a name that holds its path; `use()` asks for path and name. */
  #imported(name: string): unknown {
    const encoded = /^\.\/_componentDeps\/([\w-]+)$/.exec(name)?.[1];
    if (encoded === undefined) throw new BundleError(`convex.config.ts cannot import ${name}.`);
    const path = Buffer.from(encoded, "base64url").toString();
    const { definitionType } = this.at(path);
    const defaultName = isJsonObject(definitionType) ? textField(definitionType, "name") : "";
    return { __esModule: true, default: { componentDefinitionPath: path, defaultName } };
  }
}

function exportOf(definition: unknown): ConvexJsonObject {
  if (typeof definition === "object" && definition !== null && "export" in definition) {
    const exported: unknown = typeof definition.export === "function" ? definition.export() : undefined;
    const json = parseJson(JSON.stringify(exported ?? null));
    if (isJsonObject(json)) return json;
  }
  throw new BundleError("convex.config.ts must have a default export made by defineApp() or defineComponent().");
}

function analyzed(definition: ConvexJsonObject): ConvexJsonObject {
  return {
    definition,
    schema: null,
    functions: {},
    udfConfig: { serverVersion: "1.48.0", importPhaseRngSeed: null, importPhaseUnixTimestamp: null },
  };
}
