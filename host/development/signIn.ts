import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { DevelopmentIssuer, DevelopmentUser } from "./issuer";
import { userOfAddress } from "./issuer";
import { pageHeaders, refusalPage, signInPage } from "./signInPage";

const hostname = "127.0.0.1";
const tokenLifetimeSeconds = 3600;
const codeLifetimeMs = 60_000;
const maxCodes = 100;
const maxBodyBytes = 16 * 1024;
const challengePattern = /^[A-Za-z0-9_-]{43}$/;
const verifierPattern = /^[A-Za-z0-9._~-]{43,128}$/;
const loopbackName = /^(?:127(?:\.\d{1,3}){3}|localhost|\[::1\])$/;
const requestParameters = [
  "client_id",
  "redirect_uri",
  "response_type",
  "scope",
  "state",
  "nonce",
  "prompt",
  "code_challenge",
  "code_challenge_method",
] as const;

/** A page beside the sign-in: shown, or sent the form that it has. */
export type DevelopmentPage = (form: URLSearchParams | undefined) => Promise<{
  readonly status: number;
  readonly body: string;
  /** The one script that it may run. */
  readonly script?: string;
}>;

/** What the local sign-in is started with. */
export interface SignInOptions {
  readonly issuer: DevelopmentIssuer;
  /** 0 takes a free port. */
  readonly port: number;
  /** Who can be chosen by a click. */
  readonly users: readonly DevelopmentUser[];
  /** Further pages by path, for what an application of one's own does elsewhere. */
  readonly pages?: ReadonlyMap<string, DevelopmentPage>;
  /** Milliseconds since the epoch; the system's clock when absent. */
  readonly now?: () => number;
}

/** A local sign-in that answers, and the way to stop it. */
export interface RunningSignIn {
  /** Its issuer, as OpenID Connect clients discover it. */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Opens an OpenID Connect provider for development on this machine's loopback interface alone: discovery, keys, authorization code
 * with PKCE, and a page on which anybody is whoever they choose. Its access tokens are the development issuer's.
 * @throws {Error} with one line when the port cannot be had
 */
export async function startSignIn({
  issuer,
  port,
  users,
  pages = new Map(),
  now = Date.now,
}: SignInOptions): Promise<RunningSignIn> {
  const server = createServer((request, response) => {
    door.answer(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) =>
      reject(new Error(`Port ${port} for the local sign-in cannot be had (${cause.code}).`, { cause })),
    );
    server.listen({ host: hostname, port, exclusive: true }, resolve);
  });
  const address = server.address();
  const url = `http://${hostname}:${typeof address === "object" ? (address?.port ?? port) : port}`;
  const door = new SignInDoor({ issuer, users, pages, now, url });
  return {
    url,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** What a code stands for until it is exchanged. */
interface Grant {
  readonly user: DevelopmentUser;
  readonly clientId: string;
  readonly redirectUri: string;
  readonly challenge: string;
  readonly nonce: string | undefined;
  readonly expiresAtMs: number;
}

/** A refusal of the token endpoint (RFC 6749, 5.2). */
class TokenRefusal extends Error {
  override readonly name = "TokenRefusal";

  constructor(
    readonly code: "invalid_request" | "invalid_grant" | "unsupported_grant_type",
    message: string,
  ) {
    super(message);
  }
}

class SignInDoor {
  readonly #options: Required<Omit<SignInOptions, "port">> & { readonly url: string };
  readonly #grants = new Map<string, Grant>();

  constructor(options: Required<Omit<SignInOptions, "port">> & { readonly url: string }) {
    this.#options = options;
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { url, issuer } = this.#options;
    // A foreign name that resolves to this machine would be a page of somebody else's.
    if (!isLoopback(`http://${request.headers.host ?? ""}`))
      return sendPage(response, 403, refusalPage("Use 127.0.0.1."));
    if (!URL.canParse(request.url ?? "/", url)) return sendPage(response, 400, refusalPage("This is no address."));
    const target = new URL(request.url ?? "/", url);
    switch (`${request.method} ${target.pathname}`) {
      case "GET /.well-known/openid-configuration":
        return sendJson(response, 200, discoveryOf(url));
      case "GET /jwks.json":
        return sendJson(response, 200, issuer.keySet);
      case "GET /authorize":
        return this.#authorize(target.searchParams, response);
      case "POST /authorize":
        return this.#signIn(request, response);
      case "POST /token":
        return this.#exchange(request, response);
      case "OPTIONS /token":
        return void response.writeHead(204, openToAll).end();
      default: {
        const page = this.#options.pages.get(target.pathname);
        if (page && (request.method === "GET" || request.method === "POST")) return this.#show(page, request, response);
        return sendJson(response, 404, {
          error: "not_found",
          error_description: "See /.well-known/openid-configuration.",
        });
      }
    }
  }

  #authorize(parameters: URLSearchParams, response: ServerResponse): void {
    const redirectUri = parameters.get("redirect_uri") ?? "";
    const clientId = parameters.get("client_id") ?? "";
    if (!isLoopback(redirectUri))
      return sendPage(
        response,
        400,
        refusalPage("redirect_uri must be an address of this machine (127.0.0.1, localhost, [::1])."),
      );
    const refusal = refusalOf(parameters);
    if (refusal)
      return this.#redirect(response, redirectUri, parameters, { error: refusal[0], error_description: refusal[1] });
    const request = new Map(
      requestParameters.flatMap((name) => {
        const value = parameters.get(name);
        return value === null ? [] : [[name, value] as const];
      }),
    );
    const page = signInPage({ users: this.#options.users, request, clientId, redirectUri });
    return sendPage(response, 200, page, new URL(redirectUri));
  }

  async #signIn(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parameters = await formOf(request);
    // A form of another site may not choose for the person who looks at it.
    if (request.headers.origin !== `http://${request.headers.host}`)
      return sendPage(response, 403, refusalPage("The form is of another page."));
    const redirectUri = parameters?.get("redirect_uri") ?? "";
    if (!parameters || !isLoopback(redirectUri) || refusalOf(parameters))
      return sendPage(response, 400, refusalPage("Begin again at the application."));
    const user = this.#userOf(parameters);
    if (!user) return sendPage(response, 400, refusalPage("There is no such user, or the e-mail address is none."));
    const code = randomBytes(32).toString("base64url");
    for (const [oldest] of this.#grants) {
      if (this.#grants.size < maxCodes) break;
      this.#grants.delete(oldest);
    }
    this.#grants.set(code, {
      user,
      redirectUri,
      clientId: parameters.get("client_id") ?? "",
      challenge: parameters.get("code_challenge") ?? "",
      nonce: parameters.get("nonce") ?? undefined,
      expiresAtMs: this.#options.now() + codeLifetimeMs,
    });
    this.#redirect(response, redirectUri, parameters, { code });
  }

  async #show(page: DevelopmentPage, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const isSent = request.method === "POST";
    const form = isSent ? await formOf(request) : undefined;
    if (isSent && (!form || request.headers.origin !== `http://${request.headers.host}`))
      return sendPage(response, 403, refusalPage("The form is of another page."));
    const { status, body, script } = await page(form);
    response.writeHead(status, pageHeaders({ script })).end(body);
  }

  #userOf(parameters: URLSearchParams): DevelopmentUser | undefined {
    const chosen = parameters.get("user");
    if (chosen !== null) return this.#options.users.find(({ sub }) => sub === chosen);
    const typed = userOfAddress(parameters.get("email") ?? "");
    if (typed === undefined) return undefined;
    const name = (parameters.get("name") ?? "").trim();
    const known = this.#options.users.find((user) => user.email === typed.email);
    return known ?? { ...typed, ...(name === "" ? {} : { name }) };
  }

  /** Back to the application, with whose answer it is (RFC 9207). */
  #redirect(
    response: ServerResponse,
    redirectUri: string,
    parameters: URLSearchParams,
    answer: Readonly<Record<string, string>>,
  ): void {
    const target = new URL(redirectUri);
    const state = parameters.get("state");
    const all = { ...answer, ...(state === null ? {} : { state }), iss: this.#options.url };
    for (const [name, value] of Object.entries(all)) target.searchParams.set(name, value);
    response.writeHead(303, { location: target.href, "cache-control": "no-store" }).end();
  }

  async #exchange(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const form = await formOf(request);
      if (!form) throw new TokenRefusal("invalid_request", "Send a form of at most 16 KiB.");
      sendJson(response, 200, await this.#tokensFor(form));
    } catch (error) {
      if (!(error instanceof TokenRefusal)) throw error;
      sendJson(response, 400, { error: error.code, error_description: error.message });
    }
  }

  async #tokensFor(form: URLSearchParams): Promise<object> {
    if (form.get("grant_type") !== "authorization_code")
      throw new TokenRefusal("unsupported_grant_type", "The grant type is authorization_code.");
    const code = form.get("code") ?? "";
    const grant = this.#grants.get(code);
    // Whatever comes of it, a code is used once.
    this.#grants.delete(code);
    if (!grant || grant.expiresAtMs <= this.#options.now())
      throw new TokenRefusal("invalid_grant", "The code is unknown, used or older than a minute.");
    const { user, clientId, redirectUri, challenge, nonce } = grant;
    if (form.get("client_id") !== clientId || form.get("redirect_uri") !== redirectUri)
      throw new TokenRefusal("invalid_grant", "The code was given to another client or redirect_uri.");
    if (!isAnswerTo(challenge, form.get("code_verifier") ?? ""))
      throw new TokenRefusal("invalid_grant", "code_verifier is not that of code_challenge.");
    const { issuer, url } = this.#options;
    const said = { issuer: url, audience: clientId, user, ...(nonce === undefined ? {} : { nonce }) };
    return {
      access_token: await issuer.mintUserToken(user, tokenLifetimeSeconds),
      token_type: "Bearer",
      expires_in: tokenLifetimeSeconds,
      scope: "openid profile email",
      id_token: await issuer.mintIdToken(said, tokenLifetimeSeconds),
    };
  }
}

function discoveryOf(url: string): object {
  return {
    issuer: url,
    authorization_endpoint: `${url}/authorize`,
    token_endpoint: `${url}/token`,
    jwks_uri: `${url}/jwks.json`,
    response_types_supported: ["code"],
    response_modes_supported: ["query"],
    grant_types_supported: ["authorization_code"],
    subject_types_supported: ["public"],
    id_token_signing_alg_values_supported: ["ES256"],
    token_endpoint_auth_methods_supported: ["none"],
    code_challenge_methods_supported: ["S256"],
    scopes_supported: ["openid", "profile", "email"],
    claims_supported: ["sub", "email", "email_verified", "name"],
    authorization_response_iss_parameter_supported: true,
  };
}

/** What is wrong with a request that can be sent back: its code, and a sentence. */
function refusalOf(parameters: URLSearchParams): readonly [code: string, message: string] | undefined {
  if (parameters.get("client_id") === null) return ["invalid_request", "client_id is missing."];
  if (parameters.get("response_type") !== "code") return ["unsupported_response_type", "response_type is code."];
  if (
    parameters.get("code_challenge_method") !== "S256" ||
    !challengePattern.test(parameters.get("code_challenge") ?? "")
  )
    return ["invalid_request", "code_challenge with code_challenge_method S256 is needed (RFC 7636)."];
  if (parameters.get("prompt") === "none") return ["login_required", "Nobody stays signed in here."];
  return undefined;
}

function isAnswerTo(challenge: string, verifier: string): boolean {
  if (!verifierPattern.test(verifier)) return false;
  const digest = Buffer.from(createHash("sha256").update(verifier).digest("base64url"));
  return digest.length === challenge.length && timingSafeEqual(digest, Buffer.from(challenge));
}

function isLoopback(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname: name, hash } = new URL(text);
  return (protocol === "http:" || protocol === "https:") && loopbackName.test(name) && hash === "";
}

/** The form of a request; undefined for another type or a longer one. */
async function formOf(request: IncomingMessage): Promise<URLSearchParams | undefined> {
  if (!request.headers["content-type"]?.startsWith("application/x-www-form-urlencoded")) return undefined;
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk);
    sizeBytes += bytes.byteLength;
    if (sizeBytes > maxBodyBytes) return undefined;
    chunks.push(bytes);
  }
  return new URLSearchParams(Buffer.concat(chunks).toString("utf8"));
}

/** Documents and tokens for pages of other origins; a code and its verifier are what opens, no cookie. */
const openToAll = {
  "access-control-allow-origin": "*",
  "access-control-allow-headers": "authorization, content-type, x-requested-with",
  "access-control-allow-methods": "GET, POST, OPTIONS",
};

function sendJson(response: ServerResponse, status: number, body: object): void {
  response
    .writeHead(status, { ...openToAll, "content-type": "application/json", "cache-control": "no-store" })
    .end(JSON.stringify(body));
}

function sendPage(response: ServerResponse, status: number, body: string, target?: URL): void {
  response.writeHead(status, pageHeaders({ target })).end(body);
}
