import { faultOfReference } from "../access/references";
import { outboundUrlPaths, referencePaths, valuesAt } from "../schema/zod";
import { invalidField, ProblemError } from "../wire/errors";
import { outboundUrlFault } from "../wire/outboundUrl";
import type { Input } from "./call";
import type { Operation } from "./declaration";
import type { ReferencePath } from "../schema/zod";
import type { Tenant } from "../access/tenant";
import type { QueryCtx } from "../../_generated/server";

/**
 * @throws {ProblemError} 400, or what the declaration names, for fields that exclude each other, sent together, or none where one is
 * needed
 */
export function assertAlternatives(
  { exactlyOneOf, exactlyOneProblem = "validation_failed", atMostOneOf }: Operation["declaration"],
  input: Input,
): void {
  const sent = (names: readonly string[]) => names.filter((name) => input[name] !== undefined);
  if (exactlyOneOf && sent(exactlyOneOf).length !== 1) {
    const message = `Send one of ${exactlyOneOf.join(" and ")}, and no other.`;
    throw new ProblemError(exactlyOneProblem, message, [
      { pointer: `/${exactlyOneOf[0]}`, code: "exactly_one", message },
    ]);
  }
  const [, second] = atMostOneOf ? sent(atMostOneOf) : [];
  if (atMostOneOf && second !== undefined)
    throw invalidField(`/${second}`, "at_most_one", `Send one of ${atMostOneOf.join(" and ")}, or none of them.`);
}

type Body = NonNullable<Operation["declaration"]["body"]>;

/** Where a body holds what has to be looked at beyond its form. */
interface BodyPaths {
  readonly references: readonly ReferencePath[];
  readonly outboundUrls: readonly (readonly string[])[];
}
const pathsOfBody = new WeakMap<object, BodyPaths>();

function pathsOf(body: Body): BodyPaths {
  let paths = pathsOfBody.get(body);
  if (!paths) {
    paths = { references: referencePaths(body), outboundUrls: outboundUrlPaths(body) };
    pathsOfBody.set(body, paths);
  }
  return paths;
}

/**
 * Every URL that this deployment is to send requests to must lead to the public internet.
 * @throws {ProblemError} 422 `url_not_allowed`
 */
export function outboundPhase(body: Body, input: Input): void {
  for (const path of pathsOf(body).outboundUrls) {
    for (const [value, pointer] of valuesAt(input, path)) {
      const message = typeof value === "string" ? outboundUrlFault(value) : undefined;
      if (message !== undefined)
        throw new ProblemError("url_not_allowed", message, [{ pointer, code: "url_not_allowed", message }]);
    }
  }
}

/**
 * Every reference in the body must name a live row of the tenant; users must be active members.
 * @throws {ProblemError} 422 `cross_tenant_reference` or `not_an_organization_member`
 */
export async function referencePhase(ctx: QueryCtx, body: Body, input: Input, tenant: Tenant): Promise<void> {
  const checked = new Set<string>();
  for (const { path, table } of pathsOf(body).references) {
    for (const [value, pointer] of valuesAt(input, path)) {
      if (typeof value !== "string" || checked.has(`${table} ${value}`)) continue;
      const fault = await faultOfReference(ctx, table, value, tenant);
      if (fault) throw new ProblemError(fault.code, fault.message, [{ pointer, ...fault }]);
      checked.add(`${table} ${value}`);
    }
  }
}
