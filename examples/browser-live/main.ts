import { readFile } from "node:fs/promises";
import { createServer, type ServerResponse } from "node:http";
import path from "node:path";
import { build } from "esbuild";

const folder = import.meta.dirname;
const hostname = "127.0.0.1";

/** Where the page finds the deployment and its sign-in; `npm run dev` serves all three at these. */
function addresses({ PORTICO_URL, PORTICO_CONVEX_URL, PORTICO_SIGN_IN_URL }: NodeJS.ProcessEnv) {
  return {
    restUrl: PORTICO_URL ?? "http://127.0.0.1:3211",
    convexUrl: PORTICO_CONVEX_URL ?? "http://127.0.0.1:3210",
    issuer: PORTICO_SIGN_IN_URL ?? "http://127.0.0.1:3212",
  };
}

/** Bundles the page for browsers and serves it. An application of your own has a build tool for both, such as Vite. */
async function main(): Promise<void> {
  const settings = addresses(process.env);
  const discovery = `${settings.issuer}/.well-known/openid-configuration`;
  await fetch(discovery).catch((cause: unknown) => {
    throw new Error(`There is no sign-in at ${settings.issuer}: start Portico with \`npm run dev\`.`, { cause });
  });
  const bundle = await build({
    entryPoints: [path.join(folder, "page.ts")],
    bundle: true,
    write: false,
    format: "esm",
    target: "es2022",
    define: { SETTINGS: JSON.stringify(settings) },
  });
  const files = new Map<string, readonly [type: string, body: string]>([
    ["/", ["text/html; charset=utf-8", await readFile(path.join(folder, "index.html"), "utf8")]],
    ["/page.js", ["text/javascript; charset=utf-8", bundle.outputFiles[0]?.text ?? ""]],
  ]);
  const server = createServer(({ url = "/" }, response: ServerResponse) => {
    const [type, body] = files.get(url.split("?")[0] ?? "") ?? ["text/plain", undefined];
    response.writeHead(body === undefined ? 404 : 200, { "content-type": type }).end(body);
  });
  server.listen(Number(process.env["PORT"] ?? 3000), hostname, () => {
    const address = server.address();
    if (typeof address === "object") console.log(`Open http://${hostname}:${address?.port}/`);
  });
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
