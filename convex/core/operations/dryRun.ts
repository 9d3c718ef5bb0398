import { makeFunctionReference } from "convex/server";
import { ConvexError, v } from "convex/values";
import { ProblemError } from "../wire/errors";
import { restArguments } from "../wire/restProtocol";
import type { IssuedSecret, Operation } from "./declaration";
import type { MutationCtx } from "../../_generated/server";
import type { ObjectType, Value } from "convex/values";

/** What is tried: a request of the gateway, or a call of a Convex function. */
export const dryRunArguments = {
  rest: v.optional(v.object(restArguments)),
  call: v.optional(v.object({ operation: v.string(), input: v.any(), prepared: v.optional(v.any()) })),
};
type DryRunArguments = ObjectType<typeof dryRunArguments>;

/**
 * What the mutation of a dry run ends with. Convex undoes the writes, jobs and files of a mutation that throws, and of a nested one
 * alone; what is thrown is all that leaves it.
 */
export function rolledBack(answer: unknown): ConvexError<{ dryRunAnswer: Value }> {
  return new ConvexError({ dryRunAnswer: asValue(answer) });
}

/**
 * Runs an operation of `domain` in a nested mutation that is rolled back, and returns what it would have answered. Nothing is
 * written here either, so the call around it commits nothing and conflicts with nobody.
 * @throws {ConvexError} what the operation refuses with, as it is thrown without a dry run
 */
export async function dryRun<Answer>(ctx: MutationCtx, domain: string, tried: DryRunArguments): Promise<Answer> {
  try {
    await ctx.runMutation(makeFunctionReference<"mutation", DryRunArguments, null>(`${domain}/rest:dryRun`), tried);
  } catch (error) {
    const data: unknown = error instanceof ConvexError ? error.data : undefined;
    if (typeof data === "object" && data !== null && "dryRunAnswer" in data) return asAnswer(data.dryRunAnswer);
    throw error;
  }
  throw new Error(`A dry run in ${domain} was not rolled back.`);
}

/** @throws {ProblemError} 400 where the effect lies outside the transaction */
export function assertDryRunSupported({ supportsDryRun, declaration: { operationId } }: Operation): void {
  if (supportsDryRun) return;
  throw new ProblemError("dry_run_unsupported", `${operationId} reaches beyond the database and cannot be tried.`);
}

/** What stands for the credential that a dry run neither makes nor encrypts: no credential has this hash, and every one begins like this. */
export function unmadeSecret({ declaration: { secret, seals } }: Operation): IssuedSecret | undefined {
  return seals ? unsealedSecret : secret && { hash: "", prefix: secret.prefix };
}

/** What stands for a secret that was given, whose hash is nobody's business. */
export const unsealedSecret: IssuedSecret = { hash: "", prefix: "" };

/** Answers are what a mutation could return as well: JSON text with its headers, or a value that Convex's validators take. */
function asValue(answer: unknown): Value {
  return answer as Value;
}

/** The nested mutation threw what the same operation answers where nothing is rolled back. */
function asAnswer<Answer>(value: unknown): Answer {
  return value as Answer;
}
