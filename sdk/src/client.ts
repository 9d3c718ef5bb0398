import { ConvexDoor } from "./runtime/convexDoor";
import {
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
  readonly #shared: Shared;

  /**
   * @param options - See {@link PorticoOptions}.
   * @throws {TypeError} when a URL or the credential cannot be used.
   */
  constructor(options: PorticoOptions) {
    const parts = sharedParts(options);
    const clone: PorticoOptions & Cloned = { ...options, [shared]: parts };
    super(clone);
    this.#options = options;
    this.#shared = parts;
    const { convexUrl, organization } = options;
    const url = convexUrl === undefined ? undefined : origin(convexUrl, "convexUrl");
    this.convex = new ConvexDoor(parts.engine, url, pinned(parts.convex, organization));
  }

  override withOrganization(organization: string): Portico {
    const options: PorticoOptions & Cloned = { ...this.#options, organization, [shared]: this.#shared };
    return new Portico(options);
  }
}
