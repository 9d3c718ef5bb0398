import { createServer } from "node:http";
import type { IncomingMessage, RequestListener } from "node:http";
import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { outboundFetch } from "./outboundFetch";

afterEach(() => void vi.unstubAllEnvs());

/** Starts a provider on this machine, which the operator has named. */
async function startProvider(
  answer: RequestListener,
): Promise<{ readonly url: string; readonly seen: IncomingMessage[] }> {
  const seen: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    seen.push(request);
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The provider listens on no port.");
  const origin = `http://127.0.0.1:${address.port}`;
  vi.stubEnv("PORTICO_ALLOW_LOOPBACK_ORIGINS", origin);
  return { url: `${origin}/hook`, seen };
}

const text = (body: Uint8Array) => new TextDecoder().decode(body);

describe("outboundFetch", () => {
  it("sends method, headers and body, and reads the answer", async () => {
    let received = "";
    const { url, seen } = await startProvider((request, response) => {
      request.on("data", (chunk: Buffer) => (received += chunk.toString()));
      request.on("end", () => response.writeHead(201, { "retry-after": "7" }).end("fine"));
    });
    const headers = { "content-type": "application/json", "webhook-id": "evt_1" };
    const result = await outboundFetch({ url, method: "POST", headers, body: '{"a":1}' });
    expect(result).toMatchObject({ kind: "answered", status: 201, isWhole: true });
    expect(result.kind === "answered" && [text(result.body), result.headers.get("retry-after")]).toEqual(["fine", "7"]);
    expect(received).toBe('{"a":1}');
    expect(seen[0]).toMatchObject({ method: "POST", headers });
  });

  it.each([500, 429, 410, 204])("answers status %i as it is: what it means is the sender's to say", async (status) => {
    const { url } = await startProvider((_request, response) => response.writeHead(status).end());
    expect(await outboundFetch({ url })).toMatchObject({ kind: "answered", status });
  });

  it.each([300, 301, 302, 303, 304, 307, 308])(
    "fails at a redirect (%i) and asks its target for nothing",
    async (status) => {
      const { url, seen } = await startProvider((request, response) => {
        response.writeHead(status, { location: "/elsewhere" }).end();
      });
      expect(await outboundFetch({ url })).toMatchObject({ kind: "failed", reason: "redirected" });
      expect(seen.map((request) => request.url)).toEqual(["/hook"]);
    },
  );

  it.each([600, 999])("fails at a status that HTTP does not have (%i)", async (status) => {
    const { url } = await startProvider((_request, response) => response.writeHead(status).end());
    const result = await outboundFetch({ url });
    expect(result).toMatchObject({ kind: "failed", reason: "malformed" });
    expect(JSON.stringify(result)).not.toContain(String(status));
  });

  it("reads of an answer what it was told to and no more, also of one that never ends", async () => {
    const { url } = await startProvider((_request, response) => {
      const timer = setInterval(() => response.write("x".repeat(1000)), 1);
      response.on("close", () => clearInterval(timer));
    });
    const result = await outboundFetch({ url, maxBodyBytes: 2500 });
    expect(result).toMatchObject({ kind: "answered", isWhole: false });
    expect(result.kind === "answered" && text(result.body)).toBe("x".repeat(2500));
  });

  it("tells an answer of just that size from a longer one", async () => {
    const { url } = await startProvider((_request, response) => response.end("x".repeat(100)));
    expect(await outboundFetch({ url, maxBodyBytes: 100 })).toMatchObject({ isWhole: true });
    expect(await outboundFetch({ url, maxBodyBytes: 99 })).toMatchObject({ isWhole: false });
  });

  it("fails in time where nothing is answered, and where the answer does not end", async () => {
    const silent = await startProvider(() => undefined);
    expect(await outboundFetch({ url: silent.url, timeoutMs: 50 })).toMatchObject({ reason: "timed_out" });
    const endless = await startProvider((_request, response) => void response.writeHead(200).write("x"));
    expect(await outboundFetch({ url: endless.url, timeoutMs: 50 })).toMatchObject({ reason: "timed_out" });
  });

  it("fails where nobody listens, in words that tell nothing of the network", async () => {
    const { url } = await startProvider((request) => request.socket.destroy());
    const result = await outboundFetch({ url });
    expect(result).toMatchObject({ kind: "failed", reason: "unreachable" });
    expect(JSON.stringify(result)).not.toMatch(/127\.|ECONN|socket/);
  });

  it("sends nothing to a URL that no write would take, whatever is stored", async () => {
    const { seen } = await startProvider((_request, response) => response.end());
    for (const url of ["https://169.254.169.254/latest/meta-data", "http://hooks.example.com/", "https://localhost./"])
      expect(await outboundFetch({ url })).toMatchObject({ kind: "failed", reason: "url_not_allowed" });
    expect(seen).toEqual([]);
  });
});
