import { ConvexDoor } from "./runtime/convexDoor";
import { refusedSource, RenewedToken, type TokenSource } from "./runtime/credential";
import { exchangeKey } from "./runtime/exchange";
import {
  assertNamed,
  type Cloned,
  origin,
  pinned,
  RestClient,
  type RestOptions,
  type Shared,
  shared,
  sharedParts,
} from "./restClient";

/** Options of a client. One of `apiKey`, `token` and `getToken` authenticates it; a client without is anonymous. */
export type PorticoOptions = RestOptions & {
  /** Origin of the Convex deployment; only `portico.convex` needs it. */
  readonly convexUrl?: string | undefined;
};

/**
 * A client of one Portico deployment: every resource of the REST API as a property, and `convex` for the deployment's
 * functions, with one credential for both.
 *
 * @example
 * const portico = new Portico({ baseUrl: "https://api.example.com", apiKey: process.env.PORTICO_API_KEY });
 * const schedule = await portico.schedules.create({ title: "Patch day", startDate, endDate });
 * for await (const agent of portico.agents.list({ connectionStatus: "offline" })) console.log(agent.hostname);
 */
export class Portico extends RestClient {
  /** The deployment's Convex functions, with this client's credential. */
  readonly convex: ConvexDoor;
  readonly #options: PorticoOptions;
  readonly #shared: SharedByDoors;

  /**
   * @param options - See {@link PorticoOptions}.
   * @throws {TypeError} when a URL or the credential cannot be used.
   */
  constructor(options: PorticoOptions) {
    const parts = sharedByDoors(options);
    const clone: PorticoOptions & Cloned = { ...options, [shared]: parts };
    super(clone);
    this.#options = options;
    this.#shared = parts;
    const { convexUrl, organization } = options;
    const url = convexUrl === undefined ? undefined : origin(convexUrl, "convexUrl");
    this.convex = new ConvexDoor(parts.engine, url, pinned(parts.convex, organization));
  }

  override withOrganization(organization: string): Portico {
    assertNamed(organization);
    const options: PorticoOptions & ClonedDoors = { ...this.#options, organization, [shared]: this.#shared };
    return new Portico(options);
  }
}

/** What clones have in common, with the credential of the Convex door; it stands here so that `/rest` is spared it. */
interface SharedByDoors extends Shared {
  readonly convex: TokenSource | undefined;
}

/** Options of a clone with both doors. */
interface ClonedDoors {
  readonly [shared]?: SharedByDoors;
}

/** @throws {TypeError} when a URL, a limit or the credential cannot be used. */
function sharedByDoors(options: PorticoOptions & ClonedDoors): SharedByDoors {
  if (options[shared]) return options[shared];
  const parts = sharedParts(options);
  return { ...parts, convex: convexCredential(options, parts) };
}

/** The Convex door takes JWTs alone, so a key is exchanged for one. */
function convexCredential({ apiKey, token }: RestOptions, parts: Shared): TokenSource | undefined {
  if (apiKey !== undefined) {
    return new RenewedToken(async (_forceRefresh, signal) => {
      const issued = await exchangeKey(parts.engine, parts.baseUrl, apiKey, signal);
      parts.keepIssued(issued.token);
      return issued;
    }, true);
  }
  return token?.startsWith("enr_")
    ? refusedSource("an enrolment token opens only agents.enroll, over REST")
    : parts.rest;
}
