import { v } from "convex/values";
import { internalQuery } from "../../_generated/server";
import { identifyCaller } from "./caller";
import { ProblemError, withProblemsAsData } from "../wire/errors";
import { credentialValidator } from "../wire/restProtocol";

/** Refuses whoever is not known, with the problem that the operation would answer: before the gateway reads a large body. */
export const assertKnown = internalQuery({
  args: { credential: v.optional(credentialValidator) },
  returns: v.null(),
  handler: async (ctx, { credential }) =>
    withProblemsAsData(async () => {
      const { kind } = await identifyCaller(ctx, credential, Date.now(), true);
      if (kind === "anonymous") throw new ProblemError("unauthenticated", "This operation needs a credential.");
      return null;
    }),
});
