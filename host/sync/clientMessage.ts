import type { JsonValue } from "../deployment";
import { isJsonObject, type JsonObject } from "../json";
import { argsTextOf, decodeTimestamp } from "../server/functionRequest";
import { normalizeFunctionPath } from "../server/functionPath";
import { parseJsonBytes } from "../server/jsonBody";
import { TransportError } from "../server/transportError";

const maxUint32 = 0xffff_ffff;
const maxModifications = 10_000;
const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The first message on every socket. */
export interface Connect {
  readonly type: "Connect";
  readonly sessionId: string;
  /** The newest timestamp this client has seen, nanoseconds since the epoch; null on a first connection. */
  readonly maxObservedTimestamp: bigint | null;
  readonly clientTimeMs: number;
}

/** Says who the client is from now on, by a token or as nobody. */
export interface Authenticate {
  readonly type: "Authenticate";
  readonly baseVersion: number;
  /** The `Authorization` header that says the same, or null for nobody. */
  readonly authorization: string | null;
}

interface AddQuery {
  readonly type: "Add";
  readonly queryId: number;
  readonly path: string;
  readonly argsText: string;
  readonly journal: string | null;
}

/** Adds queries to the client's set and removes others, from one version of the set to the next. */
export interface ModifyQuerySet {
  readonly type: "ModifyQuerySet";
  readonly baseVersion: number;
  readonly newVersion: number;
  readonly modifications: readonly (AddQuery | { readonly type: "Remove"; readonly queryId: number })[];
}

/** Asks for one mutation or action, which is answered under `requestId`. */
export interface FunctionRequest {
  readonly type: "Mutation" | "Action";
  readonly requestId: number;
  readonly path: string;
  readonly argsText: string;
}

/** What a client may send, checked and decoded (CONTRACT.md, section 11). */
export type ClientMessage = Connect | Authenticate | ModifyQuerySet | FunctionRequest | { readonly type: "Event" };

/**
 * Reads one frame of Convex's sync protocol.
 * @throws {TransportError} 400 for everything that no Convex client sends.
 */
export function parseClientMessage(frame: Buffer, maxValues: number): ClientMessage {
  const message = parseJsonBytes(frame, maxValues);
  if (!isJsonObject(message)) throw badMessage("a message is a JSON object");
  switch (message["type"]) {
    case "Connect":
      return connect(message);
    case "Authenticate":
      return authenticate(message);
    case "ModifyQuerySet":
      return modifyQuerySet(message);
    case "Mutation":
    case "Action":
      return { type: message["type"], requestId: uint32(message, "requestId"), ...functionOf(message) };
    case "Event":
      return { type: "Event" };
    default:
      throw badMessage(`unknown message type ${JSON.stringify(message["type"] ?? null).slice(0, 64)}`);
  }
}

/** The refusal of a message that breaks the protocol; it ends the session. */
export function badMessage(reason: string): TransportError {
  return new TransportError(400, "BadSyncMessage", `Received an invalid sync message: ${reason}.`);
}

function connect(message: JsonObject): Connect {
  const { sessionId, maxObservedTimestamp, clientTs } = message;
  if (typeof sessionId !== "string" || !uuid.test(sessionId)) throw badMessage("`sessionId` must be a UUID");
  if (clientTs !== undefined && typeof clientTs !== "number") throw badMessage("`clientTs` must be a number");
  const observed = maxObservedTimestamp ?? null;
  if (observed !== null && typeof observed !== "string") throw badMessage("`maxObservedTimestamp` must be a string");
  uint32(message, "connectionCount");
  return {
    type: "Connect",
    sessionId: sessionId.toLowerCase(),
    maxObservedTimestamp: observed === null ? null : decodeTimestamp(observed),
    clientTimeMs: clientTs ?? Date.now(),
  };
}

function authenticate(message: JsonObject): Authenticate {
  return {
    type: "Authenticate",
    baseVersion: uint32(message, "baseVersion"),
    authorization: authorizationOf(message),
  };
}

function authorizationOf(message: JsonObject): string | null {
  const { tokenType, impersonating } = message;
  if (tokenType === "None") return null;
  const token = text(message, "value");
  if (tokenType === "User") return `Bearer ${token}`;
  if (tokenType !== "Admin") throw badMessage("`tokenType` must be User, Admin or None");
  if (impersonating === undefined || impersonating === null) return `Convex ${token}`;
  if (!isJsonObject(impersonating)) throw badMessage("`impersonating` must be an object");
  return `Convex ${token}:${Buffer.from(JSON.stringify(impersonating)).toString("base64")}`;
}

function modifyQuerySet(message: JsonObject): ModifyQuerySet {
  const { modifications } = message;
  const list: readonly JsonValue[] = Array.isArray(modifications) ? modifications : [];
  if (!Array.isArray(modifications)) throw badMessage("`modifications` must be an array");
  if (list.length > maxModifications) throw badMessage(`a message has at most ${maxModifications} modifications`);
  return {
    type: "ModifyQuerySet",
    baseVersion: uint32(message, "baseVersion"),
    newVersion: uint32(message, "newVersion"),
    modifications: list.map((modification) => {
      if (!isJsonObject(modification)) throw badMessage("a modification is an object");
      const queryId = uint32(modification, "queryId");
      if (modification["type"] === "Remove") return { type: "Remove", queryId };
      if (modification["type"] !== "Add") throw badMessage("a modification is of type Add or Remove");
      const journal = modification["journal"] ?? null;
      if (journal !== null && typeof journal !== "string") throw badMessage("`journal` must be a string or null");
      return { type: "Add", queryId, journal, ...functionOf(modification) };
    }),
  };
}

function functionOf(message: JsonObject): { readonly path: string; readonly argsText: string } {
  const componentPath = message["componentPath"] ?? "";
  if (componentPath !== "") throw badMessage("this deployment has no components to call");
  if (!Array.isArray(message["args"])) throw badMessage("`args` must be an array that holds one object");
  return { path: normalizeFunctionPath(text(message, "udfPath")), argsText: argsTextOf(message["args"]) };
}

function uint32(message: JsonObject, field: string): number {
  const value = message[field];
  if (typeof value !== "number" || !Number.isInteger(value) || value < 0 || value > maxUint32)
    throw badMessage(`\`${field}\` must be an unsigned 32-bit integer`);
  return value;
}

function text(message: JsonObject, field: string): string {
  const value = message[field];
  if (typeof value !== "string") throw badMessage(`\`${field}\` must be a string`);
  return value;
}
