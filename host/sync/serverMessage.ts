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

  /**
   * Writes a Transition as JSON text, in pieces that follow each other: thousands of results make tens of megabytes, which
   * nobody should have to put into one text. Values of results go in as the text that they already are.
   */
  transition({ start, end, removed, results, clientClockSkewMs }: TransitionContent): readonly string[] {
    const modifications = [
      ...removed.map((queryId) => `{"type":"QueryRemoved","queryId":${queryId}}`),
      ...results.map((result) => this.#modification(result)),
    ];
    return [
      `{"type":"Transition","startVersion":${versionText(start)},"endVersion":${versionText(end)},"modifications":[`,
      ...modifications.map((modification, at) => (at === 0 ? modification : `,${modification}`)),
      `],"clientClockSkew":${clientClockSkewMs},"serverTs":${Date.now() * 1_000_000}}`,
    ];
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
/** Small, since other sessions wait for each part to be written, and a client takes silence between parts for the end of the server. */
const partLength = 200_000;

/**
 * The messages that bring a Transition to a client: itself, or its text in parts, each made when it is asked for, which
 * have to be sent with nothing between them.
 *
 * @param pieces the Transition's text, in pieces that follow each other
 */
export function* transitionMessages(pieces: readonly string[], takesChunks: boolean): Generator<string, void> {
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  if (!takesChunks || length <= maxTransitionLength) return yield pieces.join("");
  const totalParts = Math.ceil(length / partLength);
  const transitionId = newRequestId();
  let partNumber = 0;
  for (const chunk of partsOf(pieces))
    yield JSON.stringify({ type: "TransitionChunk", chunk, partNumber: partNumber++, totalParts, transitionId });
}

/**
 * The same text in parts of one length, the last one excepted. A surrogate pair may be cut in two: JSON escapes the halves,
 * and the client joins them.
 */
function* partsOf(pieces: readonly string[]): Generator<string, void> {
  let part: string[] = [];
  let missing = partLength;
  for (const piece of pieces) {
    let at = 0;
    while (piece.length - at >= missing) {
      yield part.join("") + piece.slice(at, at + missing);
      at += missing;
      part = [];
      missing = partLength;
    }
    if (at < piece.length) part.push(at === 0 ? piece : piece.slice(at));
    missing -= piece.length - at;
  }
  if (part.length > 0) yield part.join("");
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
