import type { EventsByType } from "../generated/events";
import { asText, isRecord } from "../runtime/json";
import { randomUuid } from "../runtime/trace";
import { bodyOf, headerOf, type Message } from "./message";
import type { ReplayStore } from "./replayStore";
import { importKey, isSignedBy, keyBytes, signedContent } from "./signature";
import { WebhookError } from "./webhookError";

/** The name of an event: `schedule.created`. */
export type EventType = keyof EventsByType;

/**
 * An event that a webhook tells, told apart by its `type`. A newer deployment may tell of types that are not here, so a `switch` over
 * them needs a `default`.
 */
export type PorticoEvent<Type extends EventType = EventType> = EventsByType[Type];

/** Works on an event. What it throws has the event sent again later. */
export type Handler = (event: PorticoEvent) => unknown;

/** Options of a receiver. */
export interface WebhooksOptions {
  /** The endpoint's `whsec_…`; several while it is rotated, or where one address serves several endpoints. */
  readonly secret: string | readonly string[] | undefined;
  /** How far the time of a message may be from this machine's, in seconds. Default 300. */
  readonly toleranceSeconds?: number | undefined;
  /** Which messages were worked on already; without one, `receive` works on each that comes. */
  readonly replayStore?: ReplayStore | undefined;
  /** Seconds after which a message that somebody has taken and not finished is taken for given up. Default 60. */
  readonly workSeconds?: number | undefined;
  /** Seconds for which it is remembered that a message was worked on. Default 345 600, longer than Portico tries to deliver. */
  readonly rememberSeconds?: number | undefined;
  /** This machine's clock, in milliseconds since the epoch. */
  readonly now?: (() => number) | undefined;
}

/** A sender signs with a secret or two. Each further signature costs another digest, and a header has room for hundreds. */
const mostSignatures = 8;
const longestIdCharacters = 255;

interface Verified {
  readonly id: string;
  readonly event: PorticoEvent;
}

/**
 * Receives webhooks of Portico: verifies them as Standard Webhooks has it, and works on each once.
 *
 * @example
 * const webhooks = new Webhooks({ secret: process.env.PORTICO_WEBHOOK_SECRET, replayStore: new MemoryReplayStore() });
 * export default {
 *   fetch: (request: Request) =>
 *     webhooks.receive(request, async (event) => {
 *       if (event.type === "schedule.created") await announce(event.data.title);
 *     }),
 * };
 */
export class Webhooks {
  readonly #keyBytes: readonly Uint8Array<ArrayBuffer>[];
  readonly #toleranceMs: number;
  readonly #workMs: number;
  readonly #rememberMs: number;
  readonly #replayStore: ReplayStore | undefined;
  readonly #now: () => number;
  #keys: Promise<readonly CryptoKey[]> | undefined;

  /**
   * @param options - See {@link WebhooksOptions}.
   * @throws {TypeError | RangeError} when a secret or a limit cannot be used; no secret is quoted.
   */
  constructor(options: WebhooksOptions) {
    const { secret, toleranceSeconds = 300, workSeconds = 60, rememberSeconds = 345_600 } = options;
    const secrets = Array.isArray(secret) ? secret : [secret];
    if (secrets.length === 0) throw new TypeError("Webhooks needs a secret");
    this.#keyBytes = secrets.map(keyBytes);
    for (const [name, seconds] of Object.entries({ toleranceSeconds, workSeconds, rememberSeconds }))
      if (!(seconds > 0)) throw new RangeError(`${name} must be a positive number of seconds`);
    this.#toleranceMs = toleranceSeconds * 1_000;
    this.#workMs = workSeconds * 1_000;
    this.#rememberMs = rememberSeconds * 1_000;
    this.#replayStore = options.replayStore;
    this.#now = options.now ?? Date.now;
  }

  /**
   * Verifies a message and answers its event. It may have come before: `event.id` is the same each time.
   *
   * @throws {WebhookError} when nobody who knows the secret has sent it, not lately, or it holds no event.
   * @throws {TypeError} when the body was parsed or read before.
   */
  async verify(message: Message): Promise<PorticoEvent> {
    return (await this.#verified(message)).event;
  }

  /**
   * Verifies a message, works on it unless that was done before, and says what to answer: 204 when it was worked on, now or before,
   * 400 or 413 when it is not taken, 409 while another works on it. Portico waits ten seconds for the answer: leave what takes longer
   * to a queue.
   *
   * @throws {unknown} what the handler throws; answer it with 500, as frameworks do, and the event comes again.
   */
  async receive(message: Message, handler: Handler): Promise<Response> {
    let verified: Verified;
    try {
      verified = await this.#verified(message);
    } catch (error) {
      if (!(error instanceof WebhookError)) throw error;
      return Response.json({ code: error.code, title: error.message, status: error.status }, { status: error.status });
    }
    const { id, event } = verified;
    const token = randomUuid();
    const found = (await this.#replayStore?.begin(id, token, this.#workMs)) ?? "new";
    if (found === "done") return new Response(null, { status: 204 });
    // Not 204: the other may fail yet, and this delivery would be the last.
    if (found === "working") return new Response(null, { status: 409 });
    try {
      await handler(event);
    } catch (error) {
      await this.#replayStore?.release(id, token);
      throw error;
    }
    await this.#replayStore?.finish(id, this.#rememberMs);
    return new Response(null, { status: 204 });
  }

  async #verified(message: Message): Promise<Verified> {
    const [id, timestamp, signatures] = ["webhook-id", "webhook-timestamp", "webhook-signature"].map((name) =>
      headerOf(message.headers, name),
    );
    if (!id || !timestamp || !signatures || id.length > longestIdCharacters || !/^\d{1,12}$/.test(timestamp))
      throw new WebhookError(
        "headers_missing",
        "The headers webhook-id, webhook-timestamp and webhook-signature are not all there.",
      );
    if (Math.abs(this.#now() - Number(timestamp) * 1_000) > this.#toleranceMs)
      throw new WebhookError(
        "timestamp_out_of_tolerance",
        "The message was sent too long ago, or this machine's clock is wrong.",
      );
    const body = await bodyOf(message);
    if (!(await this.#isSigned(signatures, signedContent(id, timestamp, body))))
      throw new WebhookError("signature_invalid", "No signature is one of this body by a secret that is known here.");
    return { id, event: eventOf(body) };
  }

  async #isSigned(signatures: string, content: Uint8Array<ArrayBuffer>): Promise<boolean> {
    this.#keys ??= Promise.all(this.#keyBytes.map(importKey));
    const keys = await this.#keys;
    for (const signature of signatures.split(" ", mostSignatures))
      for (const key of keys) if (await isSignedBy(key, signature, content)) return true;
    return false;
  }
}

function eventOf(body: Uint8Array): PorticoEvent {
  const refused = new WebhookError("body_not_an_event", "The body is signed, and no event of Portico.");
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch {
    throw refused;
  }
  const isEvent = isRecord(value) && asText(value["id"]) !== undefined && asText(value["type"]) !== undefined;
  if (!isEvent) throw refused;
  return signedEvent(value);
}

/** What is signed was written by the deployment, whose document says what an event of its type holds. */
function signedEvent(value: unknown): PorticoEvent {
  return value as PorticoEvent;
}
