import type { FunctionOutcome } from "../deployment";
import type { ActionFrame } from "./actionFrame";
import { errorOutcome, toFunctionError } from "./functionErrors";
import type { FunctionError } from "./functionErrors";
import { runInFrame } from "./frames";
import { validateArgs, validateReturns } from "./functionTable";
import type { RegisteredFunction } from "./functionTable";
import type { HttpAction } from "./httpRouter";

/**
 * Runs an action in its frame.
 *
 * @param resolve finds the action; what it throws is the call's error like anything that the action throws
 * @param describeStack turns frames of bundled code into frames of source
 */
export async function runAction(
  frame: ActionFrame,
  resolve: () => RegisteredFunction,
  argsText: string,
  describeStack: (stack: string) => string,
): Promise<FunctionOutcome> {
  const { logLines } = frame.call;
  try {
    const target = resolve();
    validateArgs(target, argsText);
    const valueText = await runInFrame(frame, () => target.invoke(argsText));
    validateReturns(target, valueText);
    return { status: "success", valueText, logLines, timestamp: 0n };
  } catch (error) {
    return errorOutcome(toFunctionError(error, describeStack), logLines);
  }
}

/** Runs an HTTP action in its frame. @throws what it throws, and when it answers with something else than a Response */
export async function runHttpAction(frame: ActionFrame, action: HttpAction, request: Request): Promise<Response> {
  const response = await runInFrame(frame, () => action.invokeHttpAction(request));
  if (response instanceof Response) return response;
  throw new Error("HTTP actions must return a Response");
}

/** The 500 of an HTTP action that threw before it answered (contract: code, trace and, for a ConvexError, data). */
export function httpErrorResponse(error: FunctionError, thrown: unknown, requestId: string): Response {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const body = {
    code: `[Request ID: ${requestId}] Server Error: ${message}`,
    trace: error.message,
    ...(error.data === undefined ? {} : { data: error.data }),
  };
  return Response.json(body, { status: 500 });
}
