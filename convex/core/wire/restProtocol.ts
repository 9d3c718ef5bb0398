import { v } from "convex/values";
import { engineTables } from "./engineTables";
import { sealedValidator } from "./sealed";
import type { Infer } from "convex/values";

// The border between the gateway and the domains. The gateway's context is made anew for every request, so nothing but
// Convex's own validators may be needed here.

/** An opaque credential, as the gateway hands it over: never the secret itself, only its SHA-256 in hex. */
export const credentialValidator = v.object({
  kind: v.union(v.literal("apiKey"), v.literal("agent"), v.literal("enrollment")),
  hash: v.string(),
});
export type Credential = Infer<typeof credentialValidator>;

/** A principal whose last use is due to be noted. */
export const lastUsedValidator = v.object({ kind: v.union(v.literal("apiKey"), v.literal("user")), id: v.string() });

/** Who did what in which organization: a denied operation, or a read that is itself audited. */
export const accessValidator = v.object({
  organizationId: v.id(engineTables.tenants),
  action: v.string(),
  actorType: v.union(v.literal("user"), v.literal("apiKey"), v.literal("agent"), v.literal("system")),
  userId: v.optional(v.id(engineTables.people)),
  apiKeyId: v.optional(v.id(engineTables.apiKeys)),
  agentId: v.optional(v.id(engineTables.agents)),
  impersonatedBy: v.optional(v.string()),
});
export type RecordedAccess = Infer<typeof accessValidator>;
/** Who acted, as an audit row names them. */
export type Actor = Omit<RecordedAccess, "organizationId" | "action">;

/** What the engine says of a call that its request log is to show; the gateway adds what it alone knows of the request. */
export const loggedCallValidator = v.object({
  organizationId: v.id(engineTables.tenants),
  actorType: accessValidator.fields.actorType,
  actorId: v.optional(v.string()),
  operationId: v.string(),
  body: v.optional(v.string()),
  responseBody: v.optional(v.string()),
});
export type LoggedCall = Infer<typeof loggedCallValidator>;

export type LastUsed = Infer<typeof lastUsedValidator>;

/** What may be stored of a new credential; see `secrets`. */
export const storedSecretValidator = v.object({ hash: v.string(), prefix: v.string() });

/** What an operation's mutation is told of the credential that its action has made: its hash, or the whole of it, encrypted. */
export const issuedSecretValidator = v.object({
  ...storedSecretValidator.fields,
  sealed: v.optional(v.object({ ...sealedValidator.fields, organizationId: v.id(engineTables.tenants) })),
});
/** Bytes that a request has sent, where they are stored, and the media type that it said they had. */
export const storedBytesValidator = v.object({ storageId: v.id("_storage"), declaredType: v.optional(v.string()) });
export type StoredBytes = Infer<typeof storedBytesValidator>;

const origin = {
  requestId: v.optional(v.string()),
  ip: v.optional(v.string()),
  userAgent: v.optional(v.string()),
};

/** What the gateway sends to a domain's REST entries. Internal functions only: no public caller can forge it. */
export const restArguments = {
  operation: v.string(),
  params: v.optional(v.record(v.string(), v.string())),
  query: v.optional(v.record(v.string(), v.union(v.string(), v.array(v.string())))),
  /** The body as it came: its fields may not even be storable, so it is parsed behind this border. */
  bodyText: v.optional(v.string()),
  /** Inputs that came as headers, by their names as inputs. */
  headers: v.optional(v.record(v.string(), v.string())),
  /** A body of bytes, stored by the gateway and nobody's yet. */
  bytes: v.optional(storedBytesValidator),
  /** What an operation's preparation has found; set by the domain's action alone. */
  prepared: v.optional(v.any()),
  request: v.object({
    ...origin,
    credential: v.optional(credentialValidator),
    organization: v.optional(v.string()),
    ifMatch: v.optional(v.string()),
    /** Answer what the change would answer, and undo it. */
    dryRun: v.optional(v.boolean()),
    idempotency: v.optional(v.object({ key: v.string(), requestHash: v.string() })),
  }),
  secret: v.optional(issuedSecretValidator),
};
const argumentsValidator = v.object(restArguments);
export type RestRequest = Infer<typeof argumentsValidator>;

/**
 * What a call may not write itself; the gateway hands it to `core/records/deferredWrites:record` afterwards, and what is `logged`
 * to the domain that keeps the request log.
 */
const deferredValidator = v.object({
  lastUsed: v.optional(lastUsedValidator),
  read: v.optional(accessValidator),
  logged: v.optional(loggedCallValidator),
});
export type DeferredWrites = Infer<typeof deferredValidator>;

/** A stored file as the answer to a request: the gateway sends its bytes. */
export const servedFileValidator = v.object({ storageId: v.id("_storage"), sizeBytes: v.number() });
export type ServedFile = Infer<typeof servedFileValidator>;

export const answerValidator = v.object({
  status: v.number(),
  headers: v.record(v.string(), v.string()),
  /** JSON text, empty with 204 and with a file. */
  body: v.string(),
  file: v.optional(servedFileValidator),
  deferred: v.optional(deferredValidator),
  /** The organization that the request acted in. */
  organizationId: v.optional(v.id(engineTables.tenants)),
});
export type RestAnswer = Infer<typeof answerValidator>;
