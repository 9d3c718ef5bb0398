import { makeFunctionReference } from "convex/server";
import { v } from "convex/values";
import { internalQuery } from "../../_generated/server";
import { UnscopedReader } from "../../core/records/reader";
import { ProblemError } from "../../core/wire/errors";
import { operationTypesByName } from "../operationTypes/registry";
import { operationTypes } from "../tables";
import type { Consult } from "../../core/operations/declaration";
import type { ProblemFault } from "../../core/wire/errors";
import type { OperationTypeName } from "../tables";
import type { Value } from "convex/values";

/** What an action has found of a configuration, which no mutation sees. */
type Judgement =
  | { readonly hint: Readonly<Record<string, string>>; readonly faults?: undefined }
  | { readonly faults: readonly ProblemFault[] };

const typeReference = makeFunctionReference<
  "query",
  { organizationId: string; operationServiceId: string },
  OperationTypeName | null
>("infrastructure/operationServices/judging:typeOf");

/** The type of an operation service of an organization. */
export const typeOf = internalQuery({
  args: { organizationId: v.string(), operationServiceId: v.string() },
  returns: v.union(...operationTypes.map((name) => v.literal(name)), v.null()),
  handler: async (ctx, { organizationId, operationServiceId }) => {
    const service = await new UnscopedReader(ctx).get("operationServices", operationServiceId);
    return service?.organizationId === organizationId ? service.type : null;
  },
});

/** Judges the configuration of a new service. */
export const judgeNewConfig: Consult = async (_ctx, { input, secret }) => {
  const type = operationTypes.find((name) => name === input["type"]);
  return type ? judgementOf(type, secret) : null;
};

/** Judges another configuration of a service. */
export const judgeOtherConfig: Consult = async (ctx, { organizationId, input, secret }) => {
  const named = { organizationId, operationServiceId: String(input["operationServiceId"]) };
  const type = await ctx.runQuery(typeReference, named);
  return type && judgementOf(type, secret);
};

function judgementOf(type: OperationTypeName, config: unknown): Value {
  const { value, faults = [] } = { value: undefined, ...operationTypesByName[type].judgeConfig(config) };
  return value === undefined ? { faults: faults.map((fault) => ({ ...fault })) } : { hint: { ...value } };
}

/**
 * What of a configuration is no secret, in the mutation behind the action that has judged it.
 * @throws {ProblemError} 422 `config_invalid` with pointers into `/config`
 */
export function hintFound(prepared: unknown): Readonly<Record<string, string>> {
  if (!isJudgement(prepared)) throw new ProblemError("unavailable", "The configuration was not looked at.");
  if (!prepared.faults) return prepared.hint;
  const errors = prepared.faults.map(({ pointer, ...fault }) => ({ pointer: `/config${pointer}`, ...fault }));
  const [first] = errors;
  throw new ProblemError("config_invalid", `${first?.pointer}: ${first?.message}`, errors);
}

function isJudgement(value: unknown): value is Judgement {
  return typeof value === "object" && value !== null && ("hint" in value || "faults" in value);
}
