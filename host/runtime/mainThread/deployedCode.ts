import { LightResponse } from "../../lightResponse";
import { tableNumberOf } from "../../values/documentId";
import type { TableOfId } from "../../values/validator";
import { findHttpRoute } from "./componentHttp";
import type { HttpRoute } from "./componentHttp";
import type { FunctionAddress } from "../functions/address";
import { HostRefusal } from "../functions/errors";
import { resolveFunction } from "../functions/registry";
import type { RegisteredFunction } from "../functions/registry";
import { noCode } from "./loadedCode";
import type { LoadedCode } from "./loadedCode";
import type { FunctionSummary } from "../rpc/protocol";

const noActions: ReadonlyMap<string, RegisteredFunction> = new Map();

/** The running code and the existing tables, as the main thread looks them up. */
export class DeployedCode {
  readonly #tableNames = new Map<number, string>();
  /** Replaced as a whole by new code. */
  loaded: LoadedCode = noCode;

  /** @param tableNames qualified names by number */
  noteTables(tableNames: readonly (readonly [number, string])[]): void {
    for (const [number, name] of tableNames) this.#tableNames.set(number, name);
  }

  /** Resolves ids for `v.id` checks: the table's name when it belongs to the component. */
  tableOfId(componentPath: string): TableOfId {
    const prefix = componentPath === "" ? "" : `${componentPath}/`;
    return (id) => {
      const qualifiedName = this.#tableNames.get(tableNumberOf(id) ?? 0);
      return qualifiedName?.startsWith(prefix) === true ? qualifiedName.slice(prefix.length) : null;
    };
  }

  /** Type and visibility of a function; undefined when the loaded code has none at this address. */
  summaryOf({ componentPath, functionPath }: FunctionAddress): FunctionSummary | undefined {
    return this.loaded.components.get(componentPath)?.functions.get(functionPath);
  }

  /** @throws {HostRefusal} when there is no such action, or the caller may not call it */
  action(address: FunctionAddress, allowInternal: boolean): RegisteredFunction {
    const { componentPath, functionPath } = address;
    const summary = this.summaryOf(address);
    if (summary !== undefined && summary.type !== "action" && (summary.isPublic || allowInternal))
      throw new HostRefusal(`Trying to execute ${functionPath} as Action, but it is defined as ${summary.type}.`);
    const actions = this.loaded.components.get(componentPath)?.actions ?? noActions;
    return resolveFunction(actions, functionPath, "action", allowInternal);
  }

  /** The HTTP action of a request, or the answer that Convex gives when there is none (contract: routing). */
  httpRoute({ url, method }: Request): HttpRoute | Response {
    const { components } = this.loaded;
    const app = components.get("");
    if (app === undefined || (app.httpRouter === null && app.httpMounts.size === 0))
      return new LightResponse("This Convex deployment does not have HTTP actions enabled.", { status: 404 });
    return (
      findHttpRoute(components, new URL(url).pathname, method) ??
      new LightResponse("No matching routes found", { status: 404 })
    );
  }
}
