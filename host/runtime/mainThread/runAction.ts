import type { FunctionOutcome } from "../../deployment";
import { completeResponse, LightResponse } from "../../lightResponse";
import type { ActionFrame } from "./actionFrame";
import { errorOutcome, toFunctionError } from "../functions/errors";
import type { FunctionError } from "../functions/errors";
import { runInFrame, withinFrame } from "../functions/frames";
import { validateArgs, validateReturns } from "../functions/registry";
import type { RegisteredFunction } from "../functions/registry";
import type { HttpAction } from "../functions/httpRouter";

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

/**
 * Runs an HTTP action in its frame, which stays open until the response's body has ended: a stream's source acts as the
 * action, as on Convex.
 *
 * @param onEnded called once, when the body has been read to its end, has failed or is wanted no more
 * @throws {Error} as the action does, and when it answers with something else than a Response
 */
export async function runHttpAction(
  frame: ActionFrame,
  action: HttpAction,
  request: Request,
  onEnded: () => void = () => undefined,
): Promise<Response> {
  const end = (): void => {
    if (frame.closed) return;
    frame.close();
    onEnded();
  };
  try {
    const response = await withinFrame(frame, () => action.invokeHttpAction(request));
    if (!(response instanceof Response)) throw new Error("HTTP actions must return a Response");
    if (completeResponse(response) === undefined && response.body !== null && !response.bodyUsed)
      return streamedWithin(frame, response, response.body, end);
    end();
    return response;
  } catch (error) {
    end();
    throw error;
  }
}

/** The same response, whose body is read within the frame. */
function streamedWithin(
  frame: ActionFrame,
  response: Response,
  source: ReadableStream<Uint8Array>,
  end: () => void,
): Response {
  const reader = source.getReader();
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await withinFrame(frame, () => reader.read());
          if (!done) return controller.enqueue(value);
          end();
          controller.close();
        } catch (error) {
          end();
          throw error;
        }
      },
      async cancel(reason) {
        try {
          await withinFrame(frame, () => reader.cancel(reason));
        } finally {
          end();
        }
      },
    },
    { highWaterMark: 0 },
  );
  const { status, statusText, headers } = response;
  return new Response(body, { status, statusText, headers });
}

/** The 500 of an HTTP action that threw before it answered (contract: code, trace and, for a ConvexError, data). */
export function httpErrorResponse(error: FunctionError, thrown: unknown, requestId: string): Response {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const body = {
    code: `[Request ID: ${requestId}] Server Error: ${message}`,
    trace: error.message,
    ...(error.data === undefined ? {} : { data: error.data }),
  };
  return LightResponse.json(body, { status: 500 });
}
