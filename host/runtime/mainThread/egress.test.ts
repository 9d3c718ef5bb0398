import { createServer } from "node:http";
import { connect } from "node:net";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { EgressError, guardedLookup, isPublicAddress, openEgress } from "./egress";
import type { EgressOptions, Resolver } from "./egress";

/** A server on this machine, and how often it was asked for something. */
async function startTarget(location?: string): Promise<{ readonly port: number; readonly requests: string[] }> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.headers.host}${request.url}`);
    if (location !== undefined) response.writeHead(302, { location });
    response.end("reached");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return { port: addressOf(server.address()).port, requests };
}

function addressOf(address: AddressInfo | string | null): AddressInfo {
  if (address === null || typeof address === "string") throw new Error("The server listens on no port.");
  return address;
}

function egressFor(options: EgressOptions) {
  const egress = openEgress(options);
  onTestFinished(() => egress.close());
  return egress;
}

/** Answers each look-up with the next of the given lists; the last one from then on. */
function resolverOf(...answers: readonly (readonly string[])[]): {
  readonly lookup: Resolver;
  readonly asked: string[];
} {
  const asked: string[] = [];
  const lookup: Resolver = (hostname, _options, callback) => {
    const addresses = answers[Math.min(asked.length, answers.length - 1)] ?? [];
    asked.push(hostname);
    callback(
      null,
      addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 })),
    );
  };
  return { lookup, asked };
}

/** The cause of a fetch that was not made. */
async function causeOf(answer: Promise<Response>): Promise<unknown> {
  const error: unknown = await answer.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return error instanceof Error ? error.cause : undefined;
}

/** What a look-up of the guard answers. */
function found(lookup: Resolver, hostname: string): Promise<unknown> {
  return new Promise((resolve) => {
    guardedLookup(lookup)(hostname, { all: true }, (error, addresses) => resolve(error ?? addresses));
  });
}

const publicAddresses = ["8.8.8.8", "1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:4700:4700::1111", "2a00:1450::1"];
const otherAddresses = [
  "0.0.0.0",
  "10.1.2.3",
  "100.64.0.1",
  "127.0.0.1",
  "127.9.9.9",
  "169.254.169.254",
  "172.16.0.1",
  "192.0.0.170",
  "192.168.1.1",
  "198.18.0.1",
  "203.0.113.9",
  "224.0.0.1",
  "255.255.255.255",
  "::",
  "::1",
  "::127.0.0.1",
  "::ffff:127.0.0.1",
  "::ffff:8.8.8.8",
  "64:ff9b::7f00:1",
  "64:ff9b:1::1",
  "2001:db8::1",
  "2002:7f00:1::",
  "fc00::1",
  "fd00:ec2::254",
  "fe80::1",
  "fe80::1%lo",
  "ff02::1",
  "no address",
  "",
];

describe("the egress guard", () => {
  it("tells public addresses from all others", () => {
    expect(publicAddresses.filter((address) => !isPublicAddress(address))).toEqual([]);
    expect(otherAddresses.filter((address) => isPublicAddress(address))).toEqual([]);
  });

  it.each(otherAddresses)("makes no connection for a name that resolves to %j", async (address) => {
    const target = await startTarget();
    const { lookup } = resolverOf([address]);
    const answer = egressFor({ lookup }).fetch(`http://hooks.example:${target.port}/`);
    expect(await causeOf(answer)).toBeInstanceOf(EgressError);
    expect(target.requests).toEqual([]);
  });

  it("makes none where one address of several is not public, whichever it is", async () => {
    for (const addresses of [
      ["8.8.8.8", "127.0.0.1"],
      ["127.0.0.1", "8.8.8.8"],
      ["2606:4700:4700::1111", "8.8.8.8", "::1"],
    ])
      expect(await found(resolverOf(addresses).lookup, "hooks.example")).toBeInstanceOf(EgressError);
    expect(await found(resolverOf([]).lookup, "hooks.example")).toBeInstanceOf(EgressError);
  });

  it("makes none to an address that is written in the URL, in any form", async () => {
    const { port, requests } = await startTarget();
    const { fetch } = egressFor({});
    for (const host of ["127.0.0.1", "127.1", "2130706433", "0x7f.1", "0177.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "0"])
      expect(await causeOf(fetch(`http://${host}:${port}/`)), host).toBeInstanceOf(EgressError);
    expect(requests).toEqual([]);
  });

  it("makes none to this machine by its usual name, with the system's own resolver", async () => {
    const { port, requests } = await startTarget();
    for (const host of ["localhost", "LOCALHOST"])
      expect(await causeOf(egressFor({}).fetch(`http://${host}:${port}/`))).toBeInstanceOf(Error);
    expect(requests).toEqual([]);
  });

  it("asks anew for each connection, so that a name which was public once gains nothing", async () => {
    const { lookup, asked } = resolverOf(["8.8.8.8"], ["127.0.0.1"]);
    expect(await found(lookup, "rebinding.example")).toEqual([{ address: "8.8.8.8", family: 4 }]);
    const { port, requests } = await startTarget();
    const answer = egressFor({ lookup }).fetch(`http://rebinding.example:${port}/`);
    expect(await causeOf(answer)).toBeInstanceOf(EgressError);
    expect(asked).toEqual(["rebinding.example", "rebinding.example"]);
    expect(requests).toEqual([]);
  });

  it("connects to the address that was looked at, and asks nobody again", async () => {
    const { port } = await startTarget();
    const { lookup, asked } = resolverOf(["127.0.0.1"], ["192.0.2.1"]);
    const socket = connect({ host: "pinned.example", port, lookup: guardedLookup(lookup, () => true) });
    await new Promise((resolve, reject) => socket.once("connect", resolve).once("error", reject));
    expect(socket.remoteAddress).toBe("127.0.0.1");
    expect(asked).toEqual(["pinned.example"]);
    socket.destroy();
  });

  it("follows no redirect of a public server to another address", async () => {
    const inside = await startTarget();
    const outside = await startTarget(`http://localhost:${inside.port}/secret`);
    const allowedOrigins = new Set([`http://127.0.0.1:${outside.port}`]);
    const { fetch } = egressFor({ allowedOrigins });
    expect(await causeOf(fetch(`http://127.0.0.1:${outside.port}/`))).toBeInstanceOf(EgressError);
    const unfollowed = await fetch(`http://127.0.0.1:${outside.port}/`, { redirect: "manual" });
    expect([unfollowed.status, unfollowed.headers.get("location")]).toEqual([
      302,
      `http://localhost:${inside.port}/secret`,
    ]);
    expect(inside.requests).toEqual([]);
  });

  it("lets through what is named by its whole origin, from when it is named", async () => {
    const { port, requests } = await startTarget();
    const other = await startTarget();
    const allowedOrigins = new Set<string>();
    const { fetch } = egressFor({ allowedOrigins });
    expect(await causeOf(fetch(`http://127.0.0.1:${port}/early`))).toBeInstanceOf(EgressError);
    allowedOrigins.add(`http://127.0.0.1:${port}`);
    expect(await (await fetch(`http://127.0.0.1:${port}/a`)).text()).toBe("reached");
    expect(await (await fetch(new Request(`http://127.0.0.1:${port}/b`))).text()).toBe("reached");
    expect(await causeOf(fetch(`http://localhost:${port}/`))).toBeInstanceOf(Error);
    expect(await causeOf(fetch(`http://127.0.0.1:${other.port}/`))).toBeInstanceOf(EgressError);
    expect(requests).toEqual([`127.0.0.1:${port}/a`, `127.0.0.1:${port}/b`]);
    expect(other.requests).toEqual([]);
  });

  it("names the host that was asked for, and not where it led", async () => {
    const cause = await causeOf(egressFor({ lookup: resolverOf(["10.1.2.3"]).lookup }).fetch("https://hooks.example/"));
    expect(String(cause)).toContain("hooks.example");
    expect(String(cause)).not.toContain("10.1.2.3");
  });

  it("hands on what the resolver fails with", async () => {
    const failing: Resolver = (hostname, _options, callback) =>
      Reflect.apply(callback, undefined, [Object.assign(new Error(`${hostname} is not known`), { code: "ENOTFOUND" })]);
    expect(await causeOf(egressFor({ lookup: failing }).fetch("https://nobody.example/"))).toMatchObject({
      code: "ENOTFOUND",
    });
  });
});
