import type { IdempotencyKey } from "./idempotency";
import type { IssuedSecret, Operation } from "./declaration";
import type { RequestOrigin } from "../records/audit";
import type { Credential } from "../wire/restProtocol";

/** An operation's input before it is validated: path, query and body as one flat object. */
export type Input = Readonly<Record<string, unknown>>;

/** One call of an operation, as `restFunctions` and `convexFunctions` make it. How it came shows nowhere else. */
export interface Call {
  readonly operation: Operation;
  readonly input: Input;
  /** The organization that the caller names beside the path and the credential, by id or slug. */
  readonly organization?: string | undefined;
  /** Without one, Convex knows the caller from a verified token. */
  readonly credential?: Credential | undefined;
  /** `If-Match` */
  readonly ifMatch?: string | undefined;
  readonly idempotency?: IdempotencyKey | undefined;
  readonly origin: RequestOrigin;
  /** What the operation's preparation found. */
  readonly prepared?: unknown;
  /** Counts against the caller's quota here; what comes by the gateway was counted there. */
  readonly isCounted?: boolean;
  /** What may be stored of the credential that the call issues. */
  readonly secret?: IssuedSecret | undefined;
}
