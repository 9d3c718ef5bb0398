import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { networkInterfaces } from "node:os";
import { expect, it, onTestFinished } from "vitest";
import { TokenVerifier } from "../auth/tokenVerifier";
import { FakeDeployment } from "./fakeDeployment.testing";
import { startServer } from "./startServer";
import { exchangeRaw, startTestServer } from "./testServer.testing";

const options = {
  deployment: new FakeDeployment(),
  redactErrors: false,
  authentication: new TokenVerifier({ providers: () => [] }),
};

function portOf(address: string | AddressInfo | null): number {
  if (address === null || typeof address === "string") throw new TypeError("no TCP port");
  return address.port;
}

it("says in one sentence which port is in use, and keeps the other one closed", async () => {
  const occupant = createServer();
  await new Promise<void>((resolve) => occupant.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void occupant.close());
  const taken = portOf(occupant.address());
  const free = await startServer({ ...options, cloudPort: 0, sitePort: 0 });
  const freePort = Number(new URL(free.cloudUrl).port);
  await free.close();
  await expect(startServer({ ...options, cloudPort: freePort, sitePort: taken })).rejects.toThrow(
    `Port ${taken} on 127.0.0.1 is already in use by another process.`,
  );
  const again = await startServer({ ...options, cloudPort: freePort, sitePort: 0 });
  await again.close();
});

it("listens on loopback alone unless it is told otherwise", async () => {
  const elsewhere = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ family, internal }) => family === "IPv4" && !internal)
    .map(({ address }) => address);
  const server = await startTestServer();
  for (const url of [server.cloudUrl, server.siteUrl]) {
    expect(new URL(url).hostname).toBe("127.0.0.1");
    for (const address of [...elsewhere, "127.0.0.2"])
      await expect(fetch(url.replace("127.0.0.1", address))).rejects.toThrow("fetch failed");
  }
  const open = await startTestServer({ hostname: "0.0.0.0" });
  const { port } = new URL(open.cloudUrl);
  for (const address of ["127.0.0.1", ...elsewhere])
    expect((await fetch(`http://${address}:${port}/version`)).status).toBe(200);
});

it("lets running requests finish when it closes, and takes no new ones", async () => {
  const server = await startTestServer();
  let finish: (() => void) | undefined;
  const started = new Promise<void>((resolve) => {
    server.deployment.httpAction = () => {
      resolve();
      return new Promise((answer) => (finish = () => answer(new Response("finished"))));
    };
  });
  const running = fetch(server.siteUrl);
  const silent = exchangeRaw(server.siteUrl, "");
  await started;
  const closed = server.close();
  await expect(fetch(server.siteUrl)).rejects.toThrow("fetch failed");
  expect(await silent).toBe("");
  finish?.();
  expect(await (await running).text()).toBe("finished");
  await closed;
});

it("serves several requests over one connection, pipelined ones in order", async () => {
  const server = await startTestServer();
  server.deployment.httpAction = (request) => new Response(`[${new URL(request.url).pathname}]`);
  const request = (path: string): string => `GET ${path} HTTP/1.1\r\nhost: x\r\n\r\n`;
  const answer = await exchangeRaw(server.siteUrl, request("/1") + request("/2") + request("/3"), "[/3]");
  expect(answer.match(/\[\/\d\]/g)).toEqual(["[/1]", "[/2]", "[/3]"]);
});
