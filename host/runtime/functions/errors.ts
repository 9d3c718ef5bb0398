import type { FunctionOutcome } from "../../deployment";
import { parseJson } from "../../json";
import type { JsonValue } from "../../deployment";

/** A refusal by the host itself, shown without Convex's `Uncaught` prefix (for example `ArgumentValidationError: …`). */
export class HostRefusal extends Error {
  override readonly name = "HostRefusal";
}

/** A failed function as its caller sees it: the message on the wire, and `ConvexError.data` when it has any. */
export class FunctionError extends Error {
  override readonly name = "FunctionError";
  /** Read by convex/server, which makes a ConvexError of every syscall error that carries data. */
  readonly data: JsonValue | undefined;

  constructor(
    message: string,
    readonly dataText: string | undefined,
  ) {
    super(message);
    this.data = dataText === undefined ? undefined : parseJson(dataText);
  }
}

/** A ConvexError that the host raises, for example for a cursor of another query. */
export class SystemConvexError extends Error {
  override readonly name = "ConvexError";

  constructor(
    message: string,
    readonly data: JsonValue,
  ) {
    super(message);
  }
}

/** The outcome of a call that failed, as the door sends it on. */
export type ErrorOutcome = Extract<FunctionOutcome, { status: "error" }>;

const convexErrorSymbol = Symbol.for("ConvexError");

/** Describes what a handler threw, as Convex prints it. `describeStack` turns bundled frames into source frames. */
export function toFunctionError(thrown: unknown, describeStack: (stack: string) => string): FunctionError {
  if (thrown instanceof FunctionError) return thrown;
  if (thrown instanceof HostRefusal) return new FunctionError(thrown.message, undefined);
  if (!(thrown instanceof Error)) return new FunctionError(`Uncaught ${String(thrown)}`, undefined);
  const frames = describeStack(thrown.stack ?? "");
  const message = `Uncaught ${thrown.name}: ${thrown.message}${frames === "" ? "" : `\n${frames}`}`;
  return new FunctionError(message, convexErrorDataText(thrown));
}

/** convex/server has replaced `data` by its JSON text by the time that a ConvexError leaves an invoke function. */
function convexErrorDataText(error: Error): string | undefined {
  if (!(convexErrorSymbol in error) || !("data" in error)) return undefined;
  return typeof error.data === "string" ? error.data : JSON.stringify(error.data);
}

/** What a call answers that failed with this error, with the lines that it logged before. */
export function errorOutcome(error: FunctionError, logLines: readonly string[]): ErrorOutcome {
  return {
    status: "error",
    errorMessage: error.message,
    ...(error.dataText === undefined ? {} : { errorDataText: error.dataText }),
    logLines,
  };
}
