import * as z from "zod";
import type { Deployment, FunctionCall } from "../../host/deployment";

/** Calls an internal function with the rights of whoever runs the installation. Rejects with one line that it refused with. */
export type CallAsOperator = (
  type: Exclude<FunctionCall["type"], "any">,
  functionPath: string,
  args: object,
) => Promise<unknown>;

const refusal = z.object({ detail: z.string() });

/** Calls of a deployment of this process. */
export function operatorOf(deployment: Pick<Deployment, "call">): CallAsOperator {
  return async (type, functionPath, args) => {
    const outcome = await deployment.call({
      type,
      path: functionPath,
      argsText: JSON.stringify(args),
      caller: { kind: "admin" },
      metadata: { requestId: "operator", ip: null, userAgent: null },
      allowInternal: true,
    });
    if (outcome.status === "success") return JSON.parse(outcome.valueText);
    throw refused(
      outcome.errorMessage,
      outcome.errorDataText === undefined ? undefined : JSON.parse(outcome.errorDataText),
    );
  };
}

/** What a function refused with, in one line where it said so itself. */
export function refused(message: string, data: unknown): Error {
  const { data: problem } = refusal.safeParse(data);
  return new Error(problem?.detail ?? message.replace(/^\[Request ID: [^\]]*\] Server Error\n/, ""));
}
