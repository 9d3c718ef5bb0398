import { createHash } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import { decodeJwt } from "jose";
import { AuthError } from "../auth/authError";
import type { Caller, Deployment, LiveQuery, QuerySet, RequestMetadata } from "../deployment";
import { tooManyBytes } from "../server/bytesInFlight";
import { metadataFor } from "../server/callers";
import { valuesOf } from "../server/jsonBody";
import type { JsonLimits } from "../server/jsonBody";
import type { CallerResolver, ResolvedCaller } from "../server/callers";
import { newRequestId } from "../server/requestMetadata";
import { toTransportError, type ReportError } from "../server/transportError";
import { badMessage, parseClientMessage } from "./clientMessage";
import type { Authenticate, Connect, FunctionRequest, ModifyQuerySet } from "./clientMessage";
import { authErrorText, fatalErrorText, initialVersion, MessageWriter, transitionMessages } from "./serverMessage";
import type { StateVersion } from "./serverMessage";

/** Convex's limits for one socket. */
const maxPendingMutations = 1000;
const maxPendingActions = 1000;
const maxQueries = 10_000;

const tokenExpired = "Convex token identity expired";
const closeCodes = { policyViolation: 1008, internalError: 1011 } as const;

/** What a session of one socket serves, for whom, and within which limits. */
export interface SessionOptions {
  readonly deployment: Deployment;
  readonly callers: CallerResolver;
  readonly redactErrors: boolean;
  readonly jsonLimits: JsonLimits;
  readonly reportError: ReportError;
  /** Of the request that opened the socket. */
  readonly metadata: RequestMetadata;
  /** True when the client understands TransitionChunk. */
  readonly takesChunks: boolean;
}

/** The socket as a session sees it. */
export interface Channel {
  send(text: string): void;
  /** Resolves once the client has taken what was sent, or is gone. */
  drained(): Promise<void>;
  /** Stops reading while something has to be finished first. */
  pauseReading(): void;
  resumeReading(): void;
  close(code: number, reason: string): void;
}

/**
 * One connection of Convex's sync protocol. Messages take effect in the order they came; what they change is gathered
 * and answered by one Transition, whose results all hold at its timestamp. A mutation's response leaves before the first
 * Transition that shows its writes.
 */
export class SyncSession {
  readonly #options: SessionOptions;
  readonly #channel: Channel;
  readonly #writer: MessageWriter;
  readonly #querySet: QuerySet;
  readonly #queryIds = new Set<number>();
  #sessionId: string | null = null;
  #clientClockSkewMs = 0;
  #inbox: Promise<void> = Promise.resolve();
  #caller: ResolvedCaller = { caller: { kind: "anonymous" }, isAdmin: false };
  /** When the identity ends, milliseconds since the epoch. */
  #expiresAtMs = Infinity;
  /** The version that the client was last sent, and the versions that it has requested since. */
  #sent = initialVersion;
  #querySetVersion = 0;
  #identityVersion = 0;
  #add = new Map<number, LiveQuery>();
  #remove: number[] = [];
  /** Until the parts of the last Transition have been sent. */
  #parts: Promise<void> = Promise.resolve();
  /** Until the client has taken them. */
  #taken: Promise<void> = Promise.resolve();
  #pendingMutations = 0;
  #pendingActions = 0;
  /** True when the client waits for a Transition even if no result has changed. */
  #owesTransition = false;
  #updateWanted = false;
  #updating = false;
  #closed = false;

  constructor(options: SessionOptions, channel: Channel) {
    this.#options = options;
    this.#channel = channel;
    this.#writer = new MessageWriter(() => options.redactErrors && !this.#caller.isAdmin);
    this.#querySet = options.deployment.openQuerySet(() => this.#wantUpdate());
  }

  /** True until somebody has authenticated. */
  get isAnonymous(): boolean {
    return this.#caller.caller.kind === "anonymous";
  }

  /**
   * Takes one text frame.
   * @param release is called when nothing is left of it here: a call's arguments stay until it is answered
   */
  receive(frame: Buffer, release: () => void): void {
    this.#inbox = this.#inbox.then(async () => {
      let isAnswering = false;
      try {
        if (!this.#closed) isAnswering = await this.#handle(frame, release);
      } catch (error) {
        this.#fail(error);
      } finally {
        if (!isAnswering) release();
      }
    });
  }

  /** Ends the session as a protocol violation by the client. */
  refuse(reason: string): void {
    this.#fail(badMessage(reason));
  }

  /** Ends the session because more has come of a message than there is room for. */
  refuseIntake(): void {
    const { maxAnonymousBytes } = this.#options.jsonLimits;
    this.#fail(this.isAnonymous ? tooLongBeforeAuthenticate(maxAnonymousBytes) : tooManyBytes);
  }

  /** The socket is gone. */
  closed(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#querySet.close().catch((error: unknown) => this.#report(error));
  }

  /** @returns whether `release` is left to a call that has begun */
  async #handle(frame: Buffer, release: () => void): Promise<boolean> {
    const { jsonLimits } = this.#options;
    const { maxAnonymousBytes } = jsonLimits;
    // The first Authenticate is itself anonymous; the anonymous limit fits a token many times over.
    if (this.isAnonymous && frame.length > maxAnonymousBytes) throw tooLongBeforeAuthenticate(maxAnonymousBytes);
    const message = parseClientMessage(frame, valuesOf(jsonLimits, this.isAnonymous));
    if ((message.type === "Connect") !== (this.#sessionId === null))
      throw badMessage("Connect comes first, and only once");
    switch (message.type) {
      case "Connect":
        this.#connect(message);
        return false;
      case "Authenticate":
        await this.#authenticate(message);
        return false;
      case "ModifyQuerySet":
        this.#modifyQuerySet(message);
        return false;
      case "Mutation":
      case "Action":
        return this.#request(message, release);
      case "Event":
        return false;
    }
  }

  #connect({ sessionId, maxObservedTimestamp, clientTimeMs }: Connect): void {
    if (maxObservedTimestamp !== null && maxObservedTimestamp > this.#options.deployment.latestTimestamp())
      throw new Error("A client has observed a timestamp that this deployment has not reached");
    this.#sessionId = sessionId;
    this.#clientClockSkewMs = Math.round(clientTimeMs - Date.now());
  }

  async #authenticate({ baseVersion, authorization }: Authenticate): Promise<void> {
    if (baseVersion !== this.#identityVersion)
      throw badMessage(`base identity version ${baseVersion} is not the current ${this.#identityVersion}`);
    this.#channel.pauseReading();
    try {
      this.#caller = await this.#options.callers.resolve(authorization ?? undefined);
    } catch (error) {
      if (!(error instanceof AuthError)) throw error;
      return this.#endUnauthenticated(error.message, true);
    } finally {
      this.#channel.resumeReading();
    }
    this.#expiresAtMs = expiryMs(authorization);
    // The verifier tolerates clock skew, the session does not. Told now, the client fetches a fresh token.
    if (Date.now() >= this.#expiresAtMs) return this.#endUnauthenticated(tokenExpired, true);
    this.#identityVersion++;
    this.#wantUpdate();
  }

  #modifyQuerySet({ baseVersion, newVersion, modifications }: ModifyQuerySet): void {
    if (baseVersion !== this.#querySetVersion)
      throw badMessage(`base query set version ${baseVersion} is not the current ${this.#querySetVersion}`);
    if (newVersion <= baseVersion) throw badMessage("a query set's new version must be above its base");
    for (const modification of modifications) {
      const { queryId } = modification;
      if (modification.type === "Add") {
        if (this.#queryIds.has(queryId)) throw badMessage(`query ${queryId} has been added already`);
        if (this.#queryIds.size >= maxQueries) throw badMessage(`a client has at most ${maxQueries} queries`);
        this.#queryIds.add(queryId);
        this.#add.set(queryId, modification);
      } else {
        if (!this.#queryIds.delete(queryId)) throw badMessage(`query ${queryId} was not added`);
        this.#add.delete(queryId);
        this.#remove.push(queryId);
      }
    }
    this.#querySetVersion = newVersion;
    this.#wantUpdate();
  }

  #request(request: FunctionRequest, release: () => void): boolean {
    if (this.#endIfExpired()) return false;
    const isMutation = request.type === "Mutation";
    if (isMutation && this.#pendingMutations >= maxPendingMutations)
      throw badMessage(`a client has at most ${maxPendingMutations} mutations in flight`);
    if (!isMutation && this.#pendingActions >= maxPendingActions)
      throw badMessage(`a client has at most ${maxPendingActions} actions in flight`);
    this.#run(request)
      .catch((error: unknown) => this.#fail(error))
      .finally(release);
    return true;
  }

  /** Mutations are queued in the order they came and run one at a time; actions run side by side. */
  async #run({ type, requestId, path, argsText }: FunctionRequest): Promise<void> {
    const { deployment, metadata } = this.#options;
    const { caller, isAdmin } = this.#caller;
    const isMutation = type === "Mutation";
    if (isMutation) this.#pendingMutations++;
    else this.#pendingActions++;
    try {
      const id = newRequestId();
      const outcome = await deployment.call({
        type: isMutation ? "mutation" : "action",
        path,
        argsText,
        caller,
        metadata: metadataFor({ ...metadata, requestId: id }, this.#caller),
        allowInternal: isAdmin,
        ...(isMutation ? { idempotencyKey: this.#idempotencyKey(caller, requestId, path, argsText) } : {}),
      });
      for (let parts; parts !== this.#parts;) await (parts = this.#parts);
      if (this.#closed) return;
      this.#channel.send(this.#writer.response(type, requestId, id, outcome));
      if (isMutation && outcome.status === "success") this.#owesTransition = true;
      this.#wantUpdate();
      // Counted until the client has taken the response, so that it cannot pile up responses here.
      await this.#channel.drained();
    } finally {
      if (isMutation) this.#pendingMutations--;
      else this.#pendingActions--;
    }
  }

  /**
   * A stored answer belongs to its caller, function and arguments, as Convex's session requests do: ids of sessions are no
   * secret. A refreshed token is the same caller.
   */
  #idempotencyKey(caller: Caller, requestId: number, path: string, argsText: string): string {
    const who = caller.kind === "user" ? caller.identity.tokenIdentifier : "";
    const call = JSON.stringify([caller.kind, who, path, argsText]);
    return `${this.#sessionId ?? ""}:${requestId}:${createHash("sha256").update(call).digest("base64url")}`;
  }

  #wantUpdate(): void {
    this.#updateWanted = true;
    if (this.#updating || this.#closed || this.#sessionId === null) return;
    this.#updating = true;
    this.#update().catch((error: unknown) => this.#fail(error));
  }

  async #update(): Promise<void> {
    try {
      // Other changes of this turn of the event loop join the same Transition.
      await setImmediate();
      while (this.#updateWanted && !this.#closed) {
        this.#updateWanted = false;
        if (this.#endIfExpired()) return;
        await this.#refresh();
      }
    } finally {
      this.#updating = false;
    }
  }

  /** Computes the next Transition while the client still takes the last one, so that one more waits at most. */
  async #refresh(): Promise<void> {
    const add = [...this.#add.values()];
    const remove = this.#remove;
    const owes = this.#owesTransition;
    const [querySet, identity] = [this.#querySetVersion, this.#identityVersion];
    this.#add = new Map();
    this.#remove = [];
    this.#owesTransition = false;
    const { caller, isAdmin } = this.#caller;
    const { timestamp, results } = await this.#querySet.refresh({ caller, allowInternal: isAdmin, add, remove });
    await this.#taken;
    // Answers of mutations that committed in the same batch leave first; their continuations run before this one.
    if (this.#pendingMutations > 0) await setImmediate();
    if (this.#closed) return;
    const start = this.#sent;
    const isNews = results.length > 0 || querySet !== start.querySet || identity !== start.identity;
    if (!isNews && !owes) return;
    const end: StateVersion = { querySet, identity, timestamp };
    this.#sent = end;
    const pieces = this.#writer.transition({
      start,
      end,
      removed: remove,
      results,
      clientClockSkewMs: this.#clientClockSkewMs,
    });
    this.#parts = this.#sendParts(transitionMessages(pieces, this.#options.takesChunks));
    this.#taken = this.#parts.then(() => this.#channel.drained()).catch((error: unknown) => this.#fail(error));
  }

  /**
   * Other sessions take turns between two parts, but no response of this one: it would make the client forget the parts
   * it has.
   */
  async #sendParts(messages: Iterable<string>): Promise<void> {
    let isFirst = true;
    for (const message of messages) {
      if (!isFirst) await setImmediate();
      if (this.#closed) return;
      isFirst = false;
      this.#channel.send(message);
    }
  }

  /** Convex reports an expired token when something would next run with it. */
  #endIfExpired(): boolean {
    if (Date.now() < this.#expiresAtMs) return false;
    this.#endUnauthenticated(tokenExpired, false);
    return true;
  }

  #endUnauthenticated(message: string, attempted: boolean): void {
    this.#channel.send(authErrorText(message, this.#identityVersion, attempted));
    this.#end(closeCodes.policyViolation, "AuthError");
  }

  /** A fault of the client is fatal to its session. After any other it is cut off and reconnects by itself. */
  #fail(error: unknown): void {
    if (this.#closed) return;
    const { status, code, message } = toTransportError(error, this.#options.metadata.requestId, (cause) =>
      this.#report(cause),
    );
    if (status >= 500 || status === 429) return this.#end(closeCodes.internalError, code);
    this.#channel.send(fatalErrorText(`${code}: ${message}`));
    this.#end(closeCodes.policyViolation, code);
  }

  #report(error: unknown): void {
    this.#options.reportError(error, this.#options.metadata.requestId, "WebSocket");
  }

  #end(code: number, reason: string): void {
    this.#channel.close(code, reason);
    this.closed();
  }
}

function tooLongBeforeAuthenticate(maxBytes: number): Error {
  return badMessage(`a message takes at most ${maxBytes} bytes before Authenticate`);
}

/** Only a verified bearer token has an expiry; with it comes a number in `exp`. */
function expiryMs(authorization: string | null): number {
  if (authorization === null || !authorization.startsWith("Bearer ")) return Infinity;
  const { exp } = decodeJwt(authorization.slice("Bearer ".length).trim());
  return exp === undefined ? Infinity : exp * 1000;
}
