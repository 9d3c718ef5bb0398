import type { OutboundRequest, OutboundResult } from "../../core/wire/outboundFetch";
import type { ProviderAccess, ReadingEnd, ProviderResource, ResourcePage } from "./adapter";

/** What a provider does from its n-th list request on, `after` of them having been answered as they should be. */
export type Trouble = { readonly after?: number } & (
  | { readonly kind: "status"; readonly status: number; readonly retryAfter?: string; readonly times?: number }
  /** A page of HTML with status 200, as proxies show. */
  | { readonly kind: "html" }
  /** Nothing within the time that is waited. */
  | { readonly kind: "slow" }
  /** The answer breaks off in its middle. */
  | { readonly kind: "half" }
  /** More than is read of one answer. */
  | { readonly kind: "huge" }
  | { readonly kind: "redirect" }
  /** The answer is this instead. */
  | { readonly kind: "body"; readonly body: unknown }
  /** The list says that it ends, or shows nothing more. */
  | { readonly kind: "emptyPage" }
  /** A page comes again where the next was asked for: what was made or deleted meanwhile has moved the rows. */
  | { readonly kind: "repeatedPage" }
);

/** How a provider answers. */
interface FakeOptions {
  /** What is answered to a GET; undefined is 404. `page` is that of lists in numbered pages, which `slice` cuts. */
  readonly answer: (url: URL) => unknown;
  /** The header that must be there, and what it must be. */
  readonly authorized?: { readonly header: string; readonly value: string };
  /** Headers of each answer. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Which requests trouble is for: those of lists. */
  readonly isList: (url: URL) => boolean;
  /** The answer to a request that shows no more rows. */
  readonly empty?: (url: URL) => unknown;
  /** The same request for the page before. */
  readonly pageBefore?: (url: URL) => URL;
}

export const fakeKey = "fake_correct-horse-battery-staple";

/** A provider in this process that answers for the host that an adapter asks: `access` is what the adapter is given. */
export class FakeProvider {
  /** Method and URL of each request. */
  readonly requests: string[] = [];
  /** How long a client has waited, in its own words. */
  readonly waitsMs: number[] = [];
  trouble: Trouble | undefined;
  #lists = 0;

  constructor(private readonly options: FakeOptions) {}

  get access(): ProviderAccess {
    return {
      apiKey: fakeKey,
      send: (request) => this.#answered(request),
      wait: async (waitMs) => void this.waitsMs.push(waitMs),
    };
  }

  async #answered({ url: text, method = "GET", headers = {} }: OutboundRequest): Promise<OutboundResult> {
    const url = new URL(text);
    this.requests.push(`${method} ${text}`);
    const { header, value } = this.options.authorized ?? { header: "authorization", value: `Bearer ${fakeKey}` };
    if (headers[header] !== value) return json(401, { message: "Unauthorized" });
    if (!this.options.isList(url)) return this.#asIs(url);
    this.#lists += 1;
    const { trouble } = this;
    return trouble && this.#lists > (trouble.after ?? 0) ? this.#troubled(url, trouble) : this.#asIs(url);
  }

  #asIs(url: URL): OutboundResult {
    const body = this.options.answer(url);
    return body === undefined ? json(404, { message: "Not found" }) : json(200, body, this.options.headers);
  }

  #troubled(url: URL, trouble: Trouble): OutboundResult {
    const { empty, pageBefore } = this.options;
    switch (trouble.kind) {
      case "status": {
        const { status, retryAfter, times = Infinity } = trouble;
        if (this.#lists > (trouble.after ?? 0) + times) return this.#asIs(url);
        return json(status, { message: "No" }, retryAfter === undefined ? {} : { "retry-after": retryAfter });
      }
      case "html":
        return answered(200, "<html>We are back soon</html>", { "content-type": "text/html" });
      case "slow":
        return { kind: "failed", reason: "timed_out", message: "The server did not answer in time.", durationMs: 1 };
      case "redirect":
        return { kind: "failed", reason: "redirected", message: "The server answered with a redirect.", durationMs: 1 };
      case "half": {
        const whole = JSON.stringify(this.options.answer(url));
        return answered(200, whole.slice(0, whole.length / 2), { "content-type": "application/json" });
      }
      case "huge":
        return { ...answered(200, "{", { "content-type": "application/json" }), isWhole: false };
      case "body":
        return json(200, trouble.body);
      case "emptyPage":
        return json(200, empty?.(url) ?? {});
      case "repeatedPage":
        return this.#asIs(pageBefore?.(url) ?? url);
    }
  }
}

type Answered = Extract<OutboundResult, { kind: "answered" }>;

function answered(status: number, body: string, headers: Readonly<Record<string, string>>): Answered {
  const bytes = new TextEncoder().encode(body);
  return { kind: "answered", status, headers: new Headers(headers), body: bytes, isWhole: true, durationMs: 1 };
}

function json(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Answered {
  return answered(status, JSON.stringify(body), { "content-type": "application/json", ...headers });
}

/** The rows of one of the numbered pages that a URL asks for. */
export function sliceOf<Row>(
  url: URL,
  rows: readonly Row[],
  names = { page: "page", size: "per_page" },
): readonly Row[] {
  const page = Number(url.searchParams.get(names.page) ?? 1);
  const size = Number(url.searchParams.get(names.size) ?? 20);
  return rows.slice((page - 1) * size, page * size);
}

/** The URL with one less in a parameter, which is 1 at least. */
export function oneBefore(url: URL, name = "page"): URL {
  const before = new URL(url);
  before.searchParams.set(name, String(Math.max(Number(url.searchParams.get(name) ?? 1) - 1, 1)));
  return before;
}

/** All that a reading brings, and how it ends or fails. */
export async function readAll(pages: AsyncGenerator<ResourcePage, ReadingEnd>) {
  const rows: ProviderResource[] = [];
  const nexts: (string | undefined)[] = [];
  let end: ReadingEnd | undefined;
  let failure: unknown;
  try {
    for (;;) {
      const { done, value } = await pages.next();
      if (done === true) {
        end = value;
        break;
      }
      rows.push(...value.rows);
      nexts.push(value.next);
    }
  } catch (error) {
    failure = error;
  }
  return { rows, nexts, end, failure };
}

/** Texts that must never be stored, in the shapes in which providers' objects hold secrets. */
export const secretShapes: Readonly<Record<string, unknown>> = {
  password: "planted-01",
  root_password: "planted-02",
  default_password: "planted-03",
  secret: "planted-04",
  client_secret: "planted-05",
  token: "planted-06",
  access_token: "planted-07",
  refresh_token: "planted-08",
  api_key: "planted-09",
  apiKey: "planted-10",
  private_key: "-----BEGIN PRIVATE KEY-----\nplanted-11\n-----END PRIVATE KEY-----",
  ssh_keys: [{ id: 1, private: "planted-12" }],
  connection: { uri: "postgres://doadmin:planted-13@db.example.com:25060/defaultdb", password: "planted-14" },
  private_connection: { uri: "mysql://root:planted-15@10.0.0.2/db" },
  standby_connection: { password: "planted-16" },
  connection_string: "Server=db;User=sa;Password=planted-17",
  users: [{ name: "doadmin", password: "planted-18", mysql_settings: { auth: "planted-19" } }],
  env: { STRIPE_SECRET_KEY: "planted-20" },
  envs: [{ key: "DATABASE_URL", value: "planted-21", type: "SECRET" }],
  environment: [["AWS_SECRET_ACCESS_KEY", "planted-22"]],
  user_data: "#cloud-config\nchpasswd: { list: 'root:planted-23' }",
  metadata: { nested: { deeper: { credential: "planted-24" } } },
  kubeconfig: "users:\n- user:\n    token: planted-25",
  certificate: { key: "planted-26" },
  webhook: "https://hooks.example.com/T000/planted-27",
  verification_key: "planted-28",
  zone_file: 'example.com. IN TXT "planted-29"',
  authorization: "Bearer planted-30",
  headers: { cookie: "session=planted-31" },
  deploy_hook: ["planted-32"],
};

/** Those of the planted texts that are in what was read. */
export function plantedIn(value: unknown): readonly string[] {
  return JSON.stringify(value).match(/planted-\d\d/g) ?? [];
}

/** Every value of a row replaced by an object with a secret in it: what turns from a text into an object is no text. */
export function allSecret(row: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.keys(row).map((name) => [name, { value: "planted-33", list: ["planted-34"] }]));
}
