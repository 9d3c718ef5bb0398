import { secondMs } from "../../core/wire/durations";
import { outboundFetch } from "../../core/wire/outboundFetch";
import { retryAfterMsOf } from "../../core/wire/retryAfter";
import { isNestedDeeper, maximumRawDepth } from "../entities/rawData";
import { ProviderError } from "./providerError";
import type { OutboundRequest, OutboundResult } from "../../core/wire/outboundFetch";

const timeoutMs = 30 * secondMs;
/** What is read of one answer; a page of a hundred things takes a tenth of it. */
const maximumAnswerBytes = 3 * 1024 * 1024;
/** Levels of an answer: those of a thing's raw data, and of the list that it is in. */
const mostLevels = maximumRawDepth + 10;
/** A provider that asks for no more is waited for; one that asks for more is asked again later. */
const longestWaitMs = 10 * secondMs;
/** How often in a row it is waited for. */
const maximumWaits = 3;

/** What a client needs to be made. */
interface ClientOptions {
  /** The request that signs in, whose answer holds `access_token`. */
  readonly signIn: OutboundRequest;
  /** Requests that it may make, those to sign in included. */
  readonly maximumCalls: number;
  /** Stands in for the outbound door and the clock in tests. */
  readonly send?: (request: OutboundRequest) => Promise<OutboundResult>;
  readonly wait?: (waitMs: number) => Promise<void>;
}

/**
 * Requests to one provider in one run: signed in once, and once more where a token has ended; no more of them than the budget allows;
 * a wait that the provider asks for is kept. Whatever is no JSON, too large, too late or refused is a {@link ProviderError}.
 */
export class ProviderClient {
  /** Requests made. */
  calls = 0;
  #token: string | undefined;

  constructor(private readonly options: ClientOptions) {}

  /** The JSON at `url`. @throws {ProviderError} when there is none */
  async get(url: string): Promise<unknown> {
    let answer = await this.#asked(url);
    if (answer.status === 401) {
      // The token may have ended; credentials that are refused twice in a row are wrong.
      this.#token = undefined;
      answer = await this.#asked(url);
    }
    if (answer.status === 401 || answer.status === 403)
      throw new ProviderError(`The provider refused the credentials (${answer.status}).`, false);
    return jsonOf(answer);
  }

  async #asked(url: string): Promise<Answer> {
    this.#token ??= await this.#signedIn();
    return this.#sent({ url, headers: { authorization: `Bearer ${this.#token}`, accept: "application/json" } });
  }

  async #signedIn(): Promise<string> {
    const answer = await this.#sent(this.options.signIn);
    if (answer.status >= 400 && answer.status < 500)
      throw new ProviderError(`The provider refused the credentials (${answer.status}).`, false);
    const { access_token: token }: { access_token?: unknown } = Object(jsonOf(answer));
    if (typeof token === "string" && token !== "" && !/[^!-~]/.test(token)) return token;
    throw new ProviderError("The provider answered a sign-in without a token.", false);
  }

  async #sent(request: OutboundRequest): Promise<Answer> {
    const { maximumCalls, send = outboundFetch, wait = waited } = this.options;
    for (let waits = 0; ; waits++) {
      if (this.calls >= maximumCalls)
        throw new ProviderError("The calls that this data source may make in an hour are used up.", true);
      this.calls += 1;
      const result = await send({ timeoutMs, maxBodyBytes: maximumAnswerBytes, ...request });
      if (result.kind === "failed") {
        const mayPass = result.reason === "timed_out" || result.reason === "unreachable";
        throw new ProviderError(result.message, mayPass);
      }
      const { status, headers } = result;
      if (status !== 429 && status !== 503) return result;
      const waitMs = retryAfterMsOf(headers.get("retry-after"), Date.now());
      if (waitMs === undefined || waitMs > longestWaitMs || waits === maximumWaits)
        throw new ProviderError(`The provider asks to wait (${status}).`, true, waitMs);
      await wait(waitMs);
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
  if (status >= 500) throw new ProviderError(`The provider answered ${status}.`, true);
  if (status !== 200) throw new ProviderError(`The provider answered ${status}.`, false);
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
