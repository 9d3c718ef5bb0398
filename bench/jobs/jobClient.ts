import { setTimeout as sleep } from "node:timers/promises";

/** A job as a claim answers it. */
export interface ClaimedJob {
  readonly id: string;
  readonly lockToken: string;
  readonly scheduledAt: number;
}

/** The server answered, and not with success. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    text: string,
  ) {
    super(`${status} ${code}: ${text}`);
  }
}

type Body = Readonly<Record<string, unknown>>;

/** Sends requests until the server answers them, through all its deaths: a request that was lost is sent again with its key. */
export class JobClient {
  #sent = 0;

  constructor(
    private readonly siteUrl: () => string,
    private readonly credential: string,
  ) {}

  async send(route: string, body: object, headers: Readonly<Record<string, string>> = {}): Promise<Body> {
    const key = `bench-${this.credential.slice(-8)}-${this.#sent++}`;
    return this.#request("POST", route, { ...headers, "idempotency-key": key }, JSON.stringify(body));
  }

  /** Every row of a list. */
  async list(route: string): Promise<readonly Body[]> {
    const rows: Body[] = [];
    for (let cursor: string | null = ""; cursor !== null;) {
      const next: string = cursor === "" ? route : `${route}&cursor=${encodeURIComponent(cursor)}`;
      const { data, page }: { data?: readonly Body[]; page?: { nextCursor: string | null } } = await this.#request(
        "GET",
        next,
        {},
      );
      rows.push(...(data ?? []));
      cursor = page?.nextCursor ?? null;
    }
    return rows;
  }

  async #request(
    method: string,
    route: string,
    headers: Readonly<Record<string, string>>,
    body?: string,
  ): Promise<Body> {
    for (;;) {
      const answer = await fetch(this.siteUrl() + route, {
        method,
        headers: { authorization: `Bearer ${this.credential}`, "content-type": "application/json", ...headers },
        ...(body === undefined ? {} : { body }),
      })
        .then(async (response) => ({ status: response.status, text: await response.text() }))
        .catch(() => undefined);
      if (answer === undefined || answer.status === 503) {
        await sleep(50);
        continue;
      }
      const value: Body = answer.text === "" ? {} : JSON.parse(answer.text);
      if (answer.status >= 400) throw new Refusal(answer.status, String(value["code"]), answer.text);
      return value;
    }
  }
}
