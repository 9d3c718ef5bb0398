import { makeFunctionReference } from "convex/server";
import { minuteMs } from "../core/wire/durations";
import { rateLimited } from "../core/wire/errors";
import { rateLimitHeaders } from "../core/wire/rateLimits";
import { isStoreFull } from "./unavailable";
import type { ProblemError } from "../core/wire/errors";
import type { AddressQuota, Quota } from "../core/wire/rateLimits";
import type { Credential } from "../core/wire/restProtocol";
import type { ActionCtx } from "../_generated/server";

/** What `core/access/rateLimits:take` answers. */
interface Taken extends Quota {
  readonly granted: number;
  readonly remaining: number;
  readonly retryAfterMs: number;
  readonly isKnown: boolean;
}

/** Who sends a request, as far as the gateway knows. */
export type Sender = {
  readonly credential?: Credential;
  readonly organization?: string;
  readonly address?: string;
  /** Of a request that needs no credential: what its address is counted by. */
  readonly addressQuota?: AddressQuota;
  /** The provider whose messages it sends, whether it is that one or not. */
  readonly provider?: string;
};

/** Whether a request may run, and what its answer says of the quota. */
export interface Admission {
  readonly headers: Readonly<Record<string, string>>;
  readonly refusal?: ProblemError;
}

/** Requests that were taken from a bucket at once, counted down here. */
interface Block {
  readonly taken: Taken;
  readonly size: number;
  readonly takenAtMs: number;
  left: number;
}

const take = makeFunctionReference<"mutation", Sender & { readonly wanted: number }, Taken | null>(
  "core/access/rateLimits:take",
);

/** No block is larger, nor more than this part of the limit: what a context that ends takes along. */
const maximumBlock = 256;
const blocksOfLimit = 10;
/** As long as an agent needs for a block at its pace; a limit that was changed holds from then on at the latest. */
const blockLifeMs = 10 * minuteMs;
const maximumBlocks = 20_000;
/** Longer texts name no organization. */
const longestName = 256;
const uncounted: Admission = { headers: {} };

/**
 * Counts requests against the quotas of the rate-limiter component, in blocks. A context takes one request for a sender that it
 * does not know, and twice as many each time it has used them up. So where every request has a context of its own, each is counted for
 * itself; where one lives on, taking costs a small part of a read.
 */
export class RateLimiting {
  readonly #blocks = new Map<string, Block>();
  readonly #taking = new Map<string, Promise<unknown>>();

  /** Counts one request of whoever `key` stands for in this context. */
  async admit(ctx: Pick<ActionCtx, "runMutation">, key: string, sender: Sender): Promise<Admission> {
    for (;;) {
      const now = Date.now();
      const block = this.#blocks.get(key);
      const admission = block && admissionBy(block, now);
      if (admission) return admission;
      const taking = this.#taking.get(key);
      if (!taking) return this.#take(ctx, key, sender, block, now);
      await taking;
    }
  }

  async #take(
    ctx: Pick<ActionCtx, "runMutation">,
    key: string,
    sender: Sender,
    before: Block | undefined,
    now: number,
  ): Promise<Admission> {
    const wanted = nextSize(before, now);
    const running = ctx.runMutation(take, { ...sender, wanted });
    // Those who wait look for the block anew, and take for themselves when this fails.
    this.#taking.set(key, running.then(ignore, ignore));
    try {
      const taken = await running;
      if (taken === null) return uncounted;
      const block = { taken, size: Math.max(1, taken.granted), takenAtMs: Date.now(), left: taken.granted };
      if (taken.isKnown || sender.addressQuota) this.#keep(key, block);
      return admissionBy(block, block.takenAtMs) ?? uncounted;
    } catch (error) {
      // What can be read while nothing can be stored is read.
      if (isStoreFull(error)) return uncounted;
      throw error;
    } finally {
      this.#taking.delete(key);
    }
  }

  #keep(key: string, block: Block): void {
    // The one that was taken longest ago is first.
    this.#blocks.delete(key);
    this.#blocks.set(key, block);
    if (this.#blocks.size <= maximumBlocks) return;
    const [oldest] = this.#blocks.keys();
    if (oldest !== undefined) this.#blocks.delete(oldest);
  }
}

function ignore(): void {}

function nextSize(before: Block | undefined, now: number): number {
  if (!before || !isCurrent(before, now) || before.taken.granted === 0) return 1;
  const ofLimit = Math.floor(before.taken.limit / blocksOfLimit);
  return Math.max(1, Math.min(before.size * 2, ofLimit, maximumBlock));
}

/** A clock that was set back makes a block one of the future; it is given up. */
function isCurrent({ takenAtMs }: Block, now: number): boolean {
  return now >= takenAtMs && now - takenAtMs < blockLifeMs;
}

/** What a block says to one more request; undefined when another block has to be taken. */
function admissionBy(block: Block, now: number): Admission | undefined {
  if (!isCurrent(block, now)) return undefined;
  const { taken, takenAtMs } = block;
  if (block.left > 0) {
    block.left -= 1;
    const refilled = Math.floor(((now - takenAtMs) * taken.limit) / (taken.windowSeconds * 1000));
    const remaining = Math.min(taken.limit - 1, taken.remaining + refilled + block.left);
    const resetSeconds = Math.ceil(((taken.limit - remaining) * taken.windowSeconds) / taken.limit);
    return { headers: rateLimitHeaders(taken, remaining, resetSeconds) };
  }
  const retryAfterMs = takenAtMs + taken.retryAfterMs - now;
  if (retryAfterMs <= 0) return undefined;
  const refusal = rateLimited(taken, retryAfterMs);
  return { headers: rateLimitHeaders(taken, 0, refusal.data.retryAfterSeconds ?? 1), refusal };
}

/** Of this context: the module is evaluated once in each. */
export const rateLimiting = new RateLimiting();

/** What a bearer token is remembered by here; a JWT by its signature, which only its issuer could have made. */
export function senderKey(token: string, credential: Credential | undefined, organization: string | null): string {
  if (credential) return credential.hash;
  return `${(organization ?? "").slice(0, longestName)} ${token.slice(token.lastIndexOf(".") + 1)}`;
}
