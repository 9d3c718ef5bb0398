import { secondMs } from "./durations";
import { isNestedDeeper } from "./jsonDepth";
import { outboundFetch } from "./outboundFetch";
import { AskedToWait, CredentialsRefused, ProviderError } from "./providerError";
import { retryAfterMsOf } from "./retryAfter";
import type { OutboundRequest, OutboundResult } from "./outboundFetch";

const timeoutMs = 30 * secondMs;
/** What is read of one answer; a page of a hundred things takes a tenth of it. */
const maximumAnswerBytes = 3 * 1024 * 1024;
/** Levels of an answer: those that are kept of a thing, 200, and those of the list that it is in. */
const mostLevels = 210;
/** A provider that asks for no more is waited for; one that asks for more is asked again later. */
const longestWaitMs = 10 * secondMs;
/** How often in a row it is waited for. */
const maximumWaits = 3;

/** What a client needs to be made. */
interface ClientOptions {
  /** The request that signs in, whose answer holds `access_token`; without one `headers` say who asks. */
  readonly signIn?: OutboundRequest;
  readonly headers?: Readonly<Record<string, string>>;
  /** Requests that it may make, those to sign in included. */
  readonly maximumCalls: number;
  /** Stands in for the outbound door and the clock in tests. */
  readonly send?: (request: OutboundRequest) => Promise<OutboundResult>;
  readonly wait?: (waitMs: number) => Promise<void>;
}

/** JSON of a provider, with the headers that came along. */
export interface ProviderAnswer {
  readonly value: unknown;
  readonly headers: Headers;
}

/**
 * Requests to one provider in one run: signed in once, and once more where a token has ended; no more of them than the budget allows;
 * a wait that the provider asks for is kept. Whatever is no JSON, too large, too late or refused is a {@link ProviderError}.
 */
export class ProviderClient {
  /** Requests made. */
  calls = 0;
  #token: string | undefined;
  /** When it may ask again, once it was told to wait for longer than it does. */
  #notBefore = 0;

  constructor(private readonly options: ClientOptions) {}

  /** The JSON at `url`. @throws {ProviderError} when there is none */
  async get(url: string): Promise<unknown> {
    return (await this.answerOf(url)).value;
  }

  /** The JSON at `url` with its headers. @throws {ProviderError} when there is none */
  async answerOf(url: string): Promise<ProviderAnswer> {
    let answer = await this.#asked(url);
    if (answer.status === 401 && this.options.signIn) {
      // The token may have ended; credentials that are refused twice in a row are wrong.
      this.#token = undefined;
      answer = await this.#asked(url);
    }
    if (answer.status === 401 || answer.status === 403)
      throw new CredentialsRefused(`The provider refused the credentials (${answer.status}).`, answer.status);
    return { value: jsonOf(answer), headers: answer.headers };
  }

  /** Asks nothing before then. */
  holdUntil(instant: number): void {
    this.#notBefore = Math.max(this.#notBefore, instant);
  }

  async #asked(url: string): Promise<Answer> {
    const { signIn, headers } = this.options;
    if (signIn) this.#token ??= await this.#signedIn(signIn);
    const authorization = signIn ? { authorization: `Bearer ${this.#token}` } : {};
    return this.#sent({ url, headers: { ...authorization, accept: "application/json", ...headers } });
  }

  async #signedIn(signIn: OutboundRequest): Promise<string> {
    const answer = await this.#sent(signIn);
    if (answer.status >= 400 && answer.status < 500)
      throw new CredentialsRefused(`The provider refused the credentials (${answer.status}).`, answer.status);
    const { access_token: token }: { access_token?: unknown } = Object(jsonOf(answer));
    if (typeof token === "string" && token !== "" && !/[^!-~]/.test(token)) return token;
    throw new ProviderError("The provider answered a sign-in without a token.", false);
  }

  async #sent(request: OutboundRequest): Promise<Answer> {
    const { maximumCalls, send = outboundFetch, wait = waited } = this.options;
    for (let waits = 0; ; waits++) {
      const holdMs = this.#notBefore - Date.now();
      if (holdMs > longestWaitMs) throw new AskedToWait("The provider asks to wait.", holdMs);
      if (holdMs > 0) await wait(holdMs);
      if (this.calls >= maximumCalls) throw new ProviderError("The calls that may be made are used up.", true);
      this.calls += 1;
      const result = await send({ timeoutMs, maxBodyBytes: maximumAnswerBytes, ...request });
      if (result.kind === "failed") {
        const mayPass = result.reason === "timed_out" || result.reason === "unreachable";
        throw new ProviderError(result.message, mayPass);
      }
      const { status, headers } = result;
      if (status !== 429 && status !== 503) return result;
      const waitMs = retryAfterMsOf(headers.get("retry-after"), Date.now());
      if (waitMs !== undefined) this.holdUntil(Date.now() + waitMs);
      if (waitMs === undefined || waitMs > longestWaitMs || waits === maximumWaits)
        throw new AskedToWait(`The provider asks to wait (${status}).`, waitMs);
    }
  }
}

type Answer = Extract<OutboundResult, { kind: "answered" }>;

function waited(waitMs: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, waitMs);
  });
}

function jsonOf({ status, headers, body, isWhole }: Answer): unknown {
  if (status !== 200) throw new ProviderError(`The provider answered ${status}.`, status >= 500, undefined, status);
  if (!isWhole)
    throw new ProviderError(`The provider's answer is larger than ${maximumAnswerBytes / 1024 / 1024} MiB.`, false);
  const type = headers.get("content-type") ?? "";
  // A page of HTML with status 200 is what proxies and maintenance show.
  if (!/^application\/([\w.-]+\+)?json\b/i.test(type)) throw new ProviderError("The provider answered no JSON.", true);
  let text: string;
  let value: unknown;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(body);
    value = JSON.parse(text);
  } catch {
    throw new ProviderError("The provider answered no JSON.", true);
  }
  if (isNestedDeeper(text, mostLevels)) throw new ProviderError("The provider's answer is nested too deeply.", false);
  return value;
}
