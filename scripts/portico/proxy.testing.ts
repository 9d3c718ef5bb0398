import { execFileSync, spawn, spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { connect } from "node:net";
import path from "node:path";
import { repositoryRoot } from "../lib/repositoryFiles";
import type { IncomingHttpHeaders } from "node:http";

/** What the proxies of `docs/operate/` are called there. */
export const publicNames = { site: "api.example.com", cloud: "live.example.com" } as const;

/** A proxy that runs for a test, with TLS on one address. */
export interface RunningProxy {
  readonly address: string;
  readonly port: number;
  stop(): Promise<void>;
}

/** Where the proxies listen in a test, and what they stand before. */
export interface ProxyPlace {
  readonly address: string;
  readonly port: number;
  readonly scratch: string;
  readonly sitePort: number;
  readonly cloudPort: number;
}

/** Whether a command can be run here. */
export function hasCommand(command: string, versionArgument: string): boolean {
  return spawnSync(command, [versionArgument], { stdio: "ignore" }).status === 0;
}

/** A certificate for the public names and addresses, signed by itself. @returns its file */
export function makeCertificate(scratch: string, addresses: readonly string[]): string {
  const names = [...Object.values(publicNames), "example.com"].map((name) => `DNS:${name}`);
  const alternatives = [...names, ...addresses.map((address) => `IP:${address}`)].join();
  const files = ["-keyout", path.join(scratch, "key.pem"), "-out", path.join(scratch, "certificate.pem")];
  const options = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=test";
  const extension = ["-addext", `subjectAltName=${alternatives}`];
  execFileSync("openssl", [...options.split(" "), ...files, ...extension], { stdio: "ignore" });
  return path.join(scratch, "certificate.pem");
}

/** A file of `docs/operate/` as an operator would fill it in for this test. */
function filledIn(name: string, { sitePort, cloudPort }: ProxyPlace): string {
  return readFileSync(path.join(repositoryRoot, "docs/operate", name), "utf8")
    .replaceAll("127.0.0.1:3211", `127.0.0.1:${sitePort}`)
    .replaceAll("127.0.0.1:3210", `127.0.0.1:${cloudPort}`);
}

/** nginx with the configuration of `docs/operate/nginx.conf`. */
export function startNginx(place: ProxyPlace): Promise<RunningProxy> {
  const { address, port, scratch } = place;
  const servers = filledIn("nginx.conf", place)
    .replaceAll("listen 443 ", `listen ${address}:${port} `)
    .replaceAll(/\/etc\/letsencrypt\/\S*\/fullchain\.pem/g, path.join(scratch, "certificate.pem"))
    .replaceAll(/\/etc\/letsencrypt\/\S*\/privkey\.pem/g, path.join(scratch, "key.pem"));
  return runNginx(place, servers);
}

/** nginx that includes `docs/operate/nginx-path.conf` in a site of its own. */
export function startNginxWithPaths(place: ProxyPlace): Promise<RunningProxy> {
  const { address, port, scratch } = place;
  return runNginx(
    place,
    `server {
  listen ${address}:${port} ssl;
  server_name example.com;
  ssl_certificate ${path.join(scratch, "certificate.pem")};
  ssl_certificate_key ${path.join(scratch, "key.pem")};
${filledIn("nginx-path.conf", place)}}
`,
  );
}

function runNginx(place: ProxyPlace, servers: string): Promise<RunningProxy> {
  const { scratch, port } = place;
  const file = path.join(scratch, `nginx-${port}.conf`);
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((kind) => `  ${kind}_temp_path ${path.join(scratch, `${kind}-${port}`)};`)
    .join("\n");
  // As Debian's own nginx.conf has it, which compresses.
  const main = `daemon off;
pid ${scratch}/nginx-${port}.pid;
error_log stderr;
${process.getuid?.() === 0 ? "user root;" : ""}
events {}
http {
  access_log off;
  gzip on;
${temporary}
${servers}}
`;
  writeFileSync(file, main);
  return run("nginx", ["-e", "stderr", "-c", file], place);
}

/** Caddy with the configuration of `docs/operate/Caddyfile`, and a certificate that is there already. */
export function startCaddy(place: ProxyPlace): Promise<RunningProxy> {
  const { address, port, scratch } = place;
  const file = path.join(scratch, "Caddyfile");
  const tls = `bind ${address}\n\ttls ${path.join(scratch, "certificate.pem")} ${path.join(scratch, "key.pem")}`;
  const sites = filledIn("Caddyfile", place).replaceAll(
    /^((?:api|live)\.example\.com) \{$/gm,
    (_line, name: string) => `${name}:${port} {\n\t${tls}`,
  );
  writeFileSync(file, `{\n\tadmin off\n\tauto_https disable_redirects\n}\n${sites}`);
  return run("caddy", ["run", "--adapter", "caddyfile", "--config", file], place);
}

async function run(command: string, args: readonly string[], place: ProxyPlace): Promise<RunningProxy> {
  const { address, port, scratch } = place;
  const environment = { PATH: process.env["PATH"], HOME: scratch, XDG_DATA_HOME: scratch, XDG_CONFIG_HOME: scratch };
  const child = spawn(command, args, { env: environment, stdio: ["ignore", "ignore", "pipe"] });
  let output = "";
  child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const ended = new Promise<void>((resolve) => void child.once("close", () => resolve()));
  const proxy: RunningProxy = {
    address,
    port,
    stop: async () => {
      child.kill("SIGTERM");
      await ended;
    },
  };
  while (child.exitCode === null) {
    if (await isListening(proxy)) return proxy;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${command} ended: ${output}`);
}

function isListening({ address, port }: RunningProxy): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, address, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

/** One request through a proxy. */
export interface Sent {
  readonly path: string;
  readonly method?: string;
  readonly name?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: object;
  readonly form?: Readonly<Record<string, string>>;
  /** The address that it comes from: another machine's, as far as the proxy can tell. */
  readonly from?: string;
  /** What signs the proxy's certificate. */
  readonly ca: string;
}

/** The answer to one request. */
export interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** Sends one request through a proxy, by name, as a client does that has resolved it. */
export function send(proxy: Pick<RunningProxy, "address" | "port">, sent: Sent): Promise<Answer> {
  const { name = publicNames.site, method = "GET", headers = {}, body, form, from, ca } = sent;
  const text = body === undefined ? form && new URLSearchParams(form).toString() : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        host: proxy.address,
        port: proxy.port,
        servername: name,
        path: sent.path,
        method,
        agent: false,
        headers: {
          host: `${name}:${proxy.port}`,
          ...(text === undefined ? {} : { "content-type": "application/json" }),
          ...headers,
        },
        ...(from === undefined ? {} : { localAddress: from }),
        ca,
      },
      (incoming) => {
        let received = "";
        incoming.setEncoding("utf8");
        incoming.on("data", (chunk: string) => (received += chunk));
        incoming.once("end", () => resolve({ status: incoming.statusCode, headers: incoming.headers, text: received }));
        incoming.once("error", reject);
      },
    );
    outgoing.once("error", reject);
    outgoing.end(text);
  });
}
