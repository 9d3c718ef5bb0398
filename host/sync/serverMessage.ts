import type { FunctionOutcome, LiveQueryResult } from "../deployment";
import { encodeTimestamp } from "../server/functionRequest";
import { newRequestId } from "../server/requestMetadata";

/** What a client and the server agree on between two transitions. */
export interface StateVersion {
  readonly querySet: number;
  readonly identity: number;
  /** Nanoseconds since the epoch. */
  readonly timestamp: bigint;
}

export const initialVersion: StateVersion = { querySet: 0, identity: 0, timestamp: 0n };

export const pingText = '{"type":"Ping"}';

/** What one Transition tells: the two versions, and what differs between them. */
export interface TransitionContent {
  readonly start: StateVersion;
  readonly end: StateVersion;
  readonly removed: readonly number[];
  readonly results: readonly LiveQueryResult[];
  readonly clientClockSkewMs: number;
}

/** Writes the sync protocol's messages around the Convex JSON text of results, which is never parsed. */
export class MessageWriter {
  readonly #redactErrors: () => boolean;

  /** @param redactErrors whether to keep error messages and log lines, but never `ConvexError.data`, from clients */
  constructor(redactErrors: () => boolean) {
    this.#redactErrors = redactErrors;
  }

  /** Writes a Transition as JSON text; values of results go in as the text that they already are. */
  transition({ start, end, removed, results, clientClockSkewMs }: TransitionContent): string {
    const modifications = [
      ...removed.map((queryId) => `{"type":"QueryRemoved","queryId":${queryId}}`),
      ...results.map((result) => this.#modification(result)),
    ];
    return (
      `{"type":"Transition","startVersion":${versionText(start)},"endVersion":${versionText(end)},` +
      `"modifications":[${modifications.join(",")}],"clientClockSkew":${clientClockSkewMs},` +
      `"serverTs":${Date.now() * 1_000_000}}`
    );
  }

  /** The answer to a mutation or action. */
  response(type: "Mutation" | "Action", requestId: number, metadataId: string, outcome: FunctionOutcome): string {
    const head = `{"type":"${type}Response","requestId":${requestId}`;
    if (outcome.status === "success") {
      const timestamp = type === "Mutation" ? `,"ts":"${encodeTimestamp(outcome.timestamp)}"` : "";
      return `${head},"success":true,"result":${outcome.valueText}${timestamp},${this.#logLines(outcome)}}`;
    }
    const timestamp = type === "Mutation" ? ',"ts":null' : "";
    const message = this.#errorMessage(metadataId, outcome);
    return `${head},"success":false,"result":${message}${timestamp},${this.#logLines(outcome)}${errorData(outcome)}}`;
  }

  #modification({ queryId, outcome, journal }: LiveQueryResult): string {
    const tail = `${this.#logLines(outcome)},"journal":${JSON.stringify(journal)}`;
    if (outcome.status === "success")
      return `{"type":"QueryUpdated","queryId":${queryId},"value":${outcome.valueText},${tail}}`;
    const message = this.#errorMessage(newRequestId(), outcome);
    return `{"type":"QueryFailed","queryId":${queryId},"errorMessage":${message},${tail}${errorData(outcome)}}`;
  }

  #logLines({ logLines }: FunctionOutcome): string {
    return `"logLines":${this.#redactErrors() ? "[]" : JSON.stringify(logLines)}`;
  }

  #errorMessage(requestId: string, { errorMessage }: FunctionOutcome & { readonly status: "error" }): string {
    const detail = this.#redactErrors() ? "" : `\n${errorMessage}`;
    return JSON.stringify(`[Request ID: ${requestId}] Server Error${detail}`);
  }
}

/** Convex splits a Transition above 5 MB for clients that can put it together again. */
const maxTransitionLength = 5_000_000;
/** Each part that arrives resets the time after which a client takes silence for the server's end, so parts are small. */
const partLength = 1_000_000;

/**
 * The messages that bring a Transition to a client: itself, or its text in parts, each made when it is asked for, which
 * have to be sent with nothing between them.
 */
export function* transitionMessages(text: string, takesChunks: boolean): Generator<string, void> {
  if (!takesChunks || text.length <= maxTransitionLength) return yield text;
  const totalParts = Math.ceil(text.length / partLength);
  const transitionId = newRequestId();
  for (let partNumber = 0; partNumber < totalParts; partNumber++) {
    // A surrogate pair may be cut in two: JSON escapes the halves, and the client joins them.
    const chunk = text.slice(partNumber * partLength, (partNumber + 1) * partLength);
    yield JSON.stringify({ type: "TransitionChunk", chunk, partNumber, totalParts, transitionId });
  }
}

/** @param attempted true when a client's Authenticate was refused, false when its identity has expired since */
export function authErrorText(error: string, baseVersion: number, attempted: boolean): string {
  return JSON.stringify({ type: "AuthError", error, baseVersion, authUpdateAttempted: attempted });
}

/** Writes the message after which the socket is closed. */
export function fatalErrorText(error: string): string {
  return JSON.stringify({ type: "FatalError", error });
}

function errorData({ errorDataText }: FunctionOutcome & { readonly status: "error" }): string {
  return errorDataText === undefined ? "" : `,"errorData":${errorDataText}`;
}

function versionText({ querySet, identity, timestamp }: StateVersion): string {
  return `{"querySet":${querySet},"identity":${identity},"ts":"${encodeTimestamp(timestamp)}"}`;
}
